internal import LockcheckLive
internal import LockcheckTrace
internal import Synchronization

#if PlainPrimitives

  /// What a primitive keeps for the recorder: with the trait `PlainPrimitives`, its name and nothing
  /// else, and every question whether to record is answered at compile time.
  struct Traced: ~Copyable, Sendable {
    let label: Label

    init(_ kind: ObjectKind, name: String?, details: ObjectDetails = ObjectDetails()) {
      label = Label(name)
    }

    static var isOn: Bool { @inline(__always) get { false } }
    static var isRecording: Bool { @inline(__always) get { false } }
    static var isChecking: Bool { @inline(__always) get { false } }
    static var session: UInt32 { @inline(__always) get { 0 } }
    var id: ObjectID { .absent }
    var described: String { "" }

    borrowing func rename(_ name: String?) { label.set(name) }

    @inline(__always)
    borrowing func record(
      _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
      attempt: Attempt = .blocking, result: Outcome = .success, argument: UInt64? = nil
    ) {}

    @inline(__always)
    borrowing func recordAcquire(
      mode: LockMode = .exclusive, attempt: Attempt, hasOwner: Bool = true
    ) -> UInt32 { 0 }

    @inline(__always)
    borrowing func record(
      _ operation: Operation, under lock: borrowing Traced, isHeld: Bool = true,
      isPending: Bool = false, attempt: Attempt = .blocking, result: Outcome = .success,
      argument: UInt64? = nil
    ) {}

    @inline(__always)
    borrowing func recordUnordered(
      _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
      attempt: Attempt = .blocking, result: Outcome = .success, argument: UInt64? = nil
    ) {}

    @inline(__always)
    borrowing func recordRelease(mode: LockMode = .exclusive, takenIn session: UInt32) {}

    @inline(__always)
    borrowing func recordDestroy() {}

    @inline(__always)
    borrowing func noteAcquire(mode: LockMode = .exclusive, mayWait: Bool, isTaken: Bool = true) {}

    @inline(__always)
    borrowing func noteRelease() {}

    @inline(__always)
    borrowing func block(_ waiter: Waiter, until deadline: Deadline) -> Bool {
      waiter.block(until: deadline)
    }

    @inline(__always)
    borrowing func block(
      _ waiter: Waiter, until deadline: Deadline,
      blockers: @escaping @Sendable () -> LiveBlockers
    ) -> Bool {
      waiter.block(until: deadline)
    }

    @inline(__always)
    borrowing func idle(_ waiter: Waiter) { _ = waiter.block(until: .never) }

    @inline(__always)
    borrowing func block(
      until deadline: Deadline, blockers: @escaping @Sendable () -> LiveBlockers,
      _ body: () -> Bool
    ) -> Bool {
      body()
    }
  }

  /// What a thread keeps for the recorder: with the trait `PlainPrimitives`, nothing.
  struct TracedThread: Sendable {
    init(name: String) {}
    func spawn(isDaemon: Bool, _ body: @escaping @Sendable () -> Void) -> Bool { false }
    static func stepFork() {}
    func look() {}
    func stepJoin(_ attempt: Attempt, of running: borrowing FutexWord) {}
    func stepExit() {}
    func recordFork() {}
    func enter() {}
    func leave() {}
    func recordJoin(
      isPending: Bool = false, attempt: Attempt = .blocking, result: Outcome = .success
    ) {}
    func block(
      _ waiter: Waiter, until deadline: Deadline,
      blockers: @escaping @Sendable () -> LiveBlockers
    ) -> Bool {
      waiter.block(until: deadline)
    }
  }

  /// What a block meant to be atomic keeps for the recorder: with the trait `PlainPrimitives`, nothing.
  enum TracedBlock {
    @inline(__always) static func begin() -> UInt32 { 0 }
    @inline(__always) static func end(_ session: UInt32) {}
  }

#else

  internal import CLockcheckShims
  internal import LockcheckControl
  internal import LockcheckRecorder

  /// What a primitive keeps for the recorder, the live checks and a scheduler: the seam between them, and,
  /// with `Traced+Live.swift` and `Traced+Control.swift`, all of this module that knows these three but
  /// for `Control`, which stands in for the system.
  struct Traced: ~Copyable, Sendable {
    let label: Label
    let kind: ObjectKind
    let live = LiveObject()
    /// What a scheduler calls it; none where no controlled thread has made it.
    let madeAs: ObjectMark
    /// The exploration in which that was; 0 for none.
    let madeIn: UInt32
    private let object: RecordedObject

    init(_ kind: ObjectKind, name: String?, details: ObjectDetails = ObjectDetails()) {
      label = Label(name)
      self.kind = kind
      object = RecordedObject(kind, name: name, details: details)
      LiveChecks.readEnvironment()
      ControlledProgram.readEnvironment()
      (madeAs, madeIn) = Traced.newMark
    }

    /// Whether any recording runs, or the live checks are on: asked once in every operation.
    static var isOn: Bool { @inline(__always) get { lc_is_on() } }
    /// Whether any recording runs.
    static var isRecording: Bool { @inline(__always) get { Recording.isOn } }
    /// Whether the live checks are on.
    static var isChecking: Bool { @inline(__always) get { lc_is_checking() } }

    /// The number of the recording that the calling thread's events go into; 0 where there is none.
    ///
    /// What was begun in one recording is not ended in another: a primitive that remembers the session
    /// of an acquire keeps its release out of a trace that does not have the acquire.
    static var session: UInt32 { Recording.session }

    /// The object's number in every trace of this process.
    var id: ObjectID { object.id }

    /// What locks it is one of, and its place in their order.
    var declaredClass: String? { object.declaredClass }
    var level: Int? { object.level.map { Int(clamping: $0) } }

    /// Calls it otherwise from now on.
    borrowing func rename(_ name: String?) {
      label.set(name)
      object.rename(name)
      live.rename(id.rawValue, described)
    }

    /// Appends an event; the caller holds the object, or its guard.
    borrowing func record(
      _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
      attempt: Attempt = .blocking, result: Outcome = .success, argument: UInt64? = nil
    ) {
      object.record(
        operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
        argument: argument)
    }

    /// Appends an event on a condition that has its place in the order of the lock, too, if that is
    /// held.
    borrowing func record(
      _ operation: Operation, under lock: borrowing Traced, isHeld: Bool = true,
      isPending: Bool = false, attempt: Attempt = .blocking, result: Outcome = .success,
      argument: UInt64? = nil
    ) {
      object.record(
        operation, under: lock.object, isHeld: isHeld, isPending: isPending, attempt: attempt,
        result: result, argument: argument)
    }

    /// Appends an event of a thread that does not hold the object.
    borrowing func recordUnordered(
      _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
      attempt: Attempt = .blocking, result: Outcome = .success, argument: UInt64? = nil
    ) {
      object.recordUnordered(
        operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
        argument: argument)
    }

    /// Appends the acquire of a lock by its new holder. Returns the session that it went into; 0 where
    /// that is none.
    ///
    /// - Parameter hasOwner: Whether only the thread that takes it may give it back.
    @inline(__always)
    borrowing func recordAcquire(
      mode: LockMode = .exclusive, attempt: Attempt, hasOwner: Bool = true
    ) -> UInt32 {
      let session = object.recordAcquire(mode: mode, attempt: attempt)
      if hasOwner { noteAcquire(mode: mode, mayWait: attempt == .blocking) }
      return session
    }

    /// Appends the release of a lock by its holder, if the session has the acquire.
    borrowing func recordRelease(mode: LockMode = .exclusive, takenIn session: UInt32) {
      noteRelease()
      object.recordRelease(mode: mode, takenIn: session)
    }

    /// Appends the object's end, if the trace knows it.
    borrowing func recordDestroy() {
      object.recordDestroy()
      if live.isIntroduced { live.forget(id.rawValue) }
    }
  }

  /// What a thread keeps for the recorder.
  struct TracedThread: Sendable {
    let name: String
    private let thread: RecordedThread
    /// What a scheduler calls it.
    private let madeAs: ObjectMark
    /// Whether the live checks have been told that it will be started.
    private let isAnnounced: Bool

    init(name: String) {
      self.name = name
      thread = RecordedThread(name: name, kind: "thread")
      LiveChecks.readEnvironment()
      isAnnounced = LiveChecks.shared.announceThread()
      ControlledProgram.readEnvironment()
      madeAs = Traced.newMark.mark
    }
    func recordFork() { thread.recordFork() }

    /// Starts the thread under the caller's scheduler.
    ///
    /// - Returns: False where there is none, and nothing has happened.
    func spawn(isDaemon: Bool, _ body: @escaping @Sendable () -> Void) -> Bool {
      Control.spawn(name: name, as: madeAs, isDaemon: isDaemon, body)
    }

    /// Steps of a scheduler, as on ``Traced``: about to start a thread, to ask whether it has ended, to wait
    /// for it, to end.
    static func stepFork() { Control.stepFork() }
    func look() { Control.step(.atomicRead, madeAs) }
    /// The turn of a join without a deadline comes when `running` is 0.
    func stepJoin(_ attempt: Attempt, of running: borrowing FutexWord) {
      let gate = attempt == .blocking ? running.address : 0
      Control.step(.join, madeAs, attempt: attempt, gate: gate)
    }
    func stepExit() { Control.step(.exit, madeAs) }

    func enter() {
      thread.enter()
      LiveChecks.shared.threadBegins(name, wasAnnounced: isAnnounced)
    }
    func leave() { thread.leave() }
    func recordJoin(
      isPending: Bool = false, attempt: Attempt = .blocking, result: Outcome = .success
    ) {
      thread.recordJoin(isPending: isPending, attempt: attempt, result: result)
    }
  }

  /// What a block meant to be atomic keeps for the recorder.
  enum TracedBlock {
    /// Appends `begin`.
    ///
    /// - Returns: The number of the recording, for ``end(_:)``.
    @inline(__always) static func begin() -> UInt32 { RecordedBlock.recordBegin() }

    /// Appends `end`, if the session has the begin.
    @inline(__always) static func end(_ session: UInt32) {
      RecordedBlock.recordEnd(begunIn: session)
    }
  }

#endif

/// Whether an operation could have blocked for ever. (`Event` is a primitive in this module.)
typealias Attempt = LockcheckTrace.Event.Attempt
/// What came of an operation.
typealias Outcome = LockcheckTrace.Event.Result
/// What a thread did.
typealias Operation = LockcheckTrace.Operation

/// What a program calls a primitive; it may be changed at any time, from any thread.
struct Label: ~Copyable, Sendable {
  private let name: Mutex<String?>

  init(_ name: String?) { self.name = Mutex(name) }

  borrowing func get() -> String? { name.withLock { $0 } }
  borrowing func set(_ new: String?) { name.withLock { $0 = new } }

  /// How a message calls the primitive: `lock 'A'`.
  borrowing func described(as kind: String) -> String {
    if let name = get() { "\(kind) '\(name)'" } else { kind }
  }
}

extension Attempt {
  /// Of a wait with such a deadline.
  init(until deadline: Deadline) { self = deadline == .never ? .blocking : .timed }
}
