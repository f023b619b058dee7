/// One thing that one thread did, at one place in the code.
///
/// A flat value without references: events are read, kept and handed on by the million. Members that
/// do not apply to the ``operation`` are absent or zero.
public struct Event: Sendable, Hashable, BitwiseCopyable {
  /// Whether it could have blocked for ever.
  public enum Attempt: UInt8, Sendable, Hashable, BitwiseCopyable {
    /// Blocks until it succeeds.
    case blocking = 0
    /// Returns at once.
    case `try` = 1
    /// Gives up after a while.
    case timed = 2
  }

  /// What came of it.
  public enum Result: UInt8, Sendable, Hashable, BitwiseCopyable {
    /// It took effect, or, in a pending event, is not known yet.
    case success = 0
    /// It gave up waiting.
    case timeout = 1
    /// A try that would have blocked.
    case failed = 2
    /// It was refused.
    case error = 3
  }

  /// What was done.
  public var operation: Operation
  /// Whether the thread is only about to do it, and may be held up.
  public var isPending: Bool
  /// Whether it could block for ever.
  public var attempt: Attempt
  /// What came of it.
  public var result: Result
  /// How a lock was taken or given back.
  public var mode: LockMode
  /// Who did it.
  public var thread: ThreadID
  /// What it was done to; absent for operations on threads and blocks.
  public var object: ObjectID
  /// Where in the code.
  public var stack: StackID
  /// The child of a fork or join, the lock of a condition, what was refused, or who has what is waited for:
  /// see ``child``, ``lock``, ``subject`` and ``holder``.
  @usableFromInline var companion: UInt32
  /// The count, item, size or refusal: see ``count``, ``item``, ``size`` and ``refusal``.
  @usableFromInline var argument: UInt64
  /// Nanoseconds since the trace began: see ``time``.
  @usableFromInline var clock: UInt64

  /// Makes an event that took effect, blocking, with nothing further said.
  @inlinable public init(
    _ operation: Operation, by thread: ThreadID, on object: ObjectID = .absent,
    at stack: StackID = .absent
  ) {
    self.operation = operation
    self.isPending = false
    self.attempt = .blocking
    self.result = .success
    self.mode = .exclusive
    self.thread = thread
    self.object = object
    self.stack = stack
    self.companion = .max
    self.argument = .max
    self.clock = .max
  }
}

extension Event {
  /// The thread that is made or waited for.
  @inlinable public var child: ThreadID {
    get { operation.namesThread ? ThreadID(rawValue: companion) : .absent }
    set { companion = newValue.rawValue }
  }

  /// The lock that a wait on a condition gives up and takes again, or that a notify is made under; of a
  /// refused call what it was about.
  @inlinable public var lock: ObjectID {
    get {
      operation.namesThread || operation == .acquire ? .absent : ObjectID(rawValue: companion)
    }
    set { companion = newValue.rawValue }
  }

  /// Who has the lock that a pending acquire asks for, where the recorder saw that and not how it was taken.
  ///
  /// Locks whose holders take them without a call, such as Swift's `Mutex`, show who that was to whoever has
  /// to wait.
  @inlinable public var holder: ThreadID {
    get { operation == .acquire ? ThreadID(rawValue: companion) : .absent }
    set { companion = newValue.rawValue }
  }

  /// How many permits or wakeups; nil where the event does not say: one permit, or every waiter.
  @inlinable public var count: UInt64? {
    get { argument == .max ? nil : argument }
    set { argument = newValue ?? .max }
  }

  /// The number that pairs one put with its get.
  @inlinable public var item: UInt64? {
    get { argument == .max ? nil : argument }
    set { argument = newValue ?? .max }
  }

  /// How many bytes of a variable were touched.
  @inlinable public var size: UInt64? {
    get { argument == .max ? nil : argument }
    set { argument = newValue ?? .max }
  }

  /// Nanoseconds since the trace began, where they were recorded.
  @inlinable public var time: UInt64? {
    get { clock == .max ? nil : clock }
    set { clock = newValue ?? .max }
  }

  /// Whether it took effect: neither still to come nor given up.
  @inlinable public var isEffective: Bool { !isPending && result == .success }
}
