/// What sort of thing an object is; it decides which operations apply.
///
/// The raw values are part of the binary form and never change their meaning.
public enum ObjectKind: UInt8, Sendable, Hashable, BitwiseCopyable, CaseIterable {
  /// Named, but nothing has been done to it yet that says what it is.
  case undetermined = 0
  /// Held by one thread at a time, which may not take it again.
  case lock = 1
  /// Held by one thread at a time, as often as that thread likes.
  case rlock = 2
  /// Held by many readers, or by one writer.
  case rwlock = 3
  /// A number of permits, taken and given back by any thread.
  case semaphore = 4
  /// Where threads that hold a lock wait until they are notified.
  case condition = 5
  /// A flag that threads wait for.
  case event = 6
  /// Where threads wait until all of a round have come.
  case barrier = 7
  /// Hands items from threads to threads.
  case queue = 8
  /// Memory that is read and written.
  case variable = 9
  /// Threads that run tasks, and the queue of tasks that none of them has taken yet.
  case pool = 10
  /// The place of a task's result: a flag that is raised once and stays up.
  case future = 11
}

extension ObjectKind {
  /// The word for it in the JSON form.
  public var name: String {
    switch self {
    case .undetermined: "object"
    case .lock: "lock"
    case .rlock: "rlock"
    case .rwlock: "rwlock"
    case .semaphore: "semaphore"
    case .condition: "condition"
    case .event: "event"
    case .barrier: "barrier"
    case .queue: "queue"
    case .variable: "variable"
    case .pool: "pool"
    case .future: "future"
    }
  }

  /// Whether a thread that acquired it holds it until it releases it.
  @inlinable public var isLock: Bool { self == .lock || self == .rlock || self == .rwlock }

  /// Whether threads put items, or tasks, into it that others take out.
  @inlinable public var isQueue: Bool { self == .queue || self == .pool }

  /// Whether it is a flag that threads wait for.
  @inlinable public var isFlag: Bool { self == .event || self == .future }

  /// Whether `operation` can be done to it. Everything can be created and destroyed.
  public func allows(_ operation: Operation) -> Bool {
    switch operation {
    case .create, .destroy: true
    case .acquire, .release: isLock || self == .semaphore
    case .wait: self == .condition || self == .barrier || isFlag
    case .notify: self == .condition
    case .set: isFlag
    case .clear: self == .event
    case .put, .get, .taskDone, .queueJoin, .close: isQueue
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate: self == .variable
    case .fork, .join, .start, .exit, .begin, .end, .dummy, .refused: false
    }
  }

  /// The kind that an object is taken for when `operation` is the first thing done to it and nothing
  /// else says what it is; nil where the operation leaves it open.
  ///
  /// - Parameter namesLock: Whether the event names a lock, as a wait on a condition does.
  public static func implied(by operation: Operation, namesLock: Bool) -> ObjectKind? {
    switch operation {
    case .acquire, .release: .lock
    case .wait: namesLock ? .condition : nil
    case .notify: .condition
    case .set, .clear: .event
    case .put, .get, .taskDone, .queueJoin, .close: .queue
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate: .variable
    case .fork, .join, .start, .exit, .begin, .end, .create, .destroy, .dummy, .refused: nil
    }
  }
}

/// Which item a queue hands out next.
public enum QueueOrder: UInt8, Sendable, Hashable, BitwiseCopyable, CaseIterable {
  /// The one that was put first.
  case fifo = 0
  /// The one that was put last.
  case lifo = 1
  /// The least, by a comparison that the trace does not say.
  case priority = 2
}

/// How a lock is held.
public enum LockMode: UInt8, Sendable, Hashable, BitwiseCopyable {
  /// By one thread, and nobody else.
  case exclusive = 0
  /// Together with other shared holders.
  case shared = 1
}

/// Which of two waiting kinds an rwlock lets in first.
public enum RWLockPreference: UInt8, Sendable, Hashable, BitwiseCopyable {
  /// A reader enters as long as readers are in, as with glibc's default.
  case reader = 0
  /// A waiting writer holds up new readers.
  case writer = 1
  /// Not said. What hangs only under writer preference is then at most `possible`.
  case unknown = 2

  /// The word for it in the JSON form.
  public var name: String {
    switch self {
    case .reader: "reader"
    case .writer: "writer"
    case .unknown: "unknown"
    }
  }
}
