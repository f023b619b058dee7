import CLockcheckShims
public import LockcheckTrace
import Synchronization

/// What a primitive keeps inline so that its events can be recorded.
///
/// Keep it as a `let` of the primitive's class. Every method borrows, since what changes is atomic:
/// there is no exclusivity check to pay for and threads may call at the same time.
///
/// Call the methods from the function that stands for the primitive's operation, or from something
/// that is inlined into it: the recorded stack begins at the caller.
public struct RecordedObject: ~Copyable, Sendable {
  let kind: ObjectKind
  /// Touched only under the recorder's lock, so that no signal handler finds it taken.
  let name: Mutex<String?>
  let extra: ObjectExtra
  /// The class that the program has declared it to be of.
  package let declaredClass: String?
  /// The stack that made it, by its number in the depot; 0 where it was made unrecorded.
  let creation: UInt32
  /// Its number; 0 until something asks for it.
  let number = Atomic<UInt32>(0)
  /// The number of the recording that has its row for sure.
  private let recordedIn = Atomic<UInt32>(0)
  /// The stamp of the last event on it.
  let stamp = Atomic<UInt64>(0)

  /// Describes an object. When a recording runs it also remembers the stack that made it.
  @inline(never)
  public init(_ kind: ObjectKind, name: String? = nil, details: ObjectDetails = ObjectDetails()) {
    Recording.readEnvironment()
    self.init(kind, name: name, details: details, frame: lc_frame_address())
  }

  /// As ``init(_:name:details:)``, made by the function that `frame` returns to.
  package init(_ kind: ObjectKind, name: String? = nil, details: ObjectDetails, frame: UInt) {
    self.kind = kind
    self.name = Mutex(name)
    extra = ObjectExtra(details)
    // Taken apart: an optional that lies in memory is copied by the runtime, which looks up how, and reads half a
    // megabyte of itself for that.
    declaredClass = if let name = details.declaredClass { name } else { nil }
    creation = Recording.isOn ? StackCapture.creation(frame: frame) : 0
  }

  /// Calls it otherwise from now on. A recording that has it already calls it so throughout.
  @inline(never) public borrowing func rename(_ new: String?) {
    var other = new
    defer { withExtendedLifetime(other) {} }
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return }
    let session = unsafe Session.inForce(on: thread)
    lc_lock()
    name.withLock { swap(&$0, &other) }
    if let session = unsafe session,
      unsafe recordedIn.load(ordering: .relaxed) == session.pointee.number
    {
      // Without room the recording ends here, and the first name is as good.
      _ = unsafe Session.file(of: session).rewriteObject(self, number: id.rawValue, in: session)
    }
    lc_unlock()
    unsafe lc_leave(thread)
  }

  /// Its place in the order of its class, if it has one.
  package var level: UInt64? { extra.declaredLevel }

  /// Its number, the same in every recording of this process.
  public var id: ObjectID {
    let known = number.load(ordering: .relaxed)
    if known != 0 { return ObjectID(rawValue: known) }
    let next = lc_next_object_number()
    let (isExchanged, original) = number.compareExchange(
      expected: 0, desired: next, ordering: .relaxed)
    return ObjectID(rawValue: isExchanged ? next : original)
  }

  /// Appends an event. The caller holds the object, or the guard inside it, so that nothing else
  /// happens to the object meanwhile: the event gets the next place in the object's order.
  ///
  /// - Parameters:
  ///   - operation: What is done; append a release before the platform's unlock, everything else
  ///     after it took effect.
  ///   - mode: How a lock is held.
  ///   - isPending: Whether the thread is only about to do it.
  ///   - attempt: Whether it could block for ever.
  ///   - result: What came of it.
  ///   - argument: The count, the item or the size in bytes.
  @inlinable public borrowing func record(
    _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
    attempt: Event.Attempt = .blocking, result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    _ = append(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
      argument: argument ?? .max)
  }

  /// As ``record(_:mode:isPending:attempt:result:argument:)``, of an operation on a condition that
  /// is made under `lock`. When `isHeld` the event also gets the next place in the order of the lock:
  /// a wait gives it up or has taken it again there.
  @inlinable public borrowing func record(
    _ operation: Operation, under lock: borrowing RecordedObject, isHeld: Bool = true,
    isPending: Bool = false, attempt: Event.Attempt = .blocking,
    result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    append(
      operation, under: lock, isHeld: isHeld, isPending: isPending, attempt: attempt,
      result: result, argument: argument ?? .max)
  }

  /// Appends an event while the object is not held, as a pending or failed attempt on a lock: it has
  /// its place in the order of the thread, and none in that of the object.
  @inlinable public borrowing func recordUnordered(
    _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
    attempt: Event.Attempt = .blocking, result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    appendUnordered(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
      argument: argument ?? .max)
  }

  /// Appends the acquire of a lock by its new holder.
  ///
  /// - Returns: The number of the recording that it went into, for `recordRelease`; 0 where that is
  ///   none.
  @inlinable public borrowing func recordAcquire(
    mode: LockMode = .exclusive, attempt: Event.Attempt = .blocking
  ) -> UInt32 {
    guard Recording.isOn else { return 0 }
    return append(
      .acquire, mode: mode, isPending: false, attempt: attempt, result: .success, argument: .max)
  }

  /// Appends the release of a lock by its holder.
  ///
  /// Without a stack, unless stacks are `full`: a report shows where the hold was taken, and half of
  /// what recording a critical section costs is saved.
  ///
  /// - Parameter session: The recording that has the acquire, as `recordAcquire` returned it. Into any other,
  ///   where it would end what has not begun, the release does not go.
  @inlinable public borrowing func recordRelease(
    mode: LockMode = .exclusive, takenIn session: UInt32
  ) {
    guard Recording.isOn, session != 0 else { return }
    appendRelease(mode, takenIn: session)
  }

  /// Appends `destroy` if anything about it was ever recorded. For the primitive's `deinit`.
  @inlinable public borrowing func recordDestroy() {
    guard Recording.isOn else { return }
    appendDestroy()
  }
}

/// The functions below are the recorder's outermost frames, hence never inlined.
extension RecordedObject {
  @usableFromInline @inline(never) borrowing func append(
    _ operation: Operation, mode: LockMode, isPending: Bool, attempt: Event.Attempt,
    result: Event.Result, argument: UInt64
  ) -> UInt32 {
    guard let append = EventAppend.open(frame: lc_frame_address()) else { return 0 }
    let form = EventForm(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result)
    let session = unsafe append.session.pointee.number
    finish(append, form, argument)
    return session
  }

  @usableFromInline @inline(never) borrowing func appendRelease(
    _ mode: LockMode, takenIn session: UInt32
  ) {
    guard let append = EventAppend.open(frame: lc_frame_address(), wantsStack: false) else {
      return
    }
    guard unsafe append.session.pointee.number == session else { return append.close() }
    let form = EventForm(
      .release, mode: mode, isPending: false, attempt: .blocking, result: .success)
    finish(append, form, .max)
  }

  /// Writes the event at the next place in the object's order, and leaves the recorder.
  @inline(__always)
  private borrowing func finish(_ append: EventAppend, _ form: EventForm, _ argument: UInt64) {
    let next = append.stamp(after: stamp.load(ordering: .relaxed))
    if isKnown(to: append) {
      append.write(
        form, stamp: next, object: number.load(ordering: .relaxed), argument: argument)
    } else {
      append.lose(next)
    }
    stamp.store(next, ordering: .relaxed)
    append.close()
  }

  @usableFromInline @inline(never) borrowing func append(
    _ operation: Operation, under lock: borrowing RecordedObject, isHeld: Bool, isPending: Bool,
    attempt: Event.Attempt, result: Event.Result, argument: UInt64
  ) {
    guard let append = EventAppend.open(frame: lc_frame_address()) else { return }
    let form = EventForm(
      operation, mode: .exclusive, isPending: isPending, attempt: attempt, result: result)
    var past = stamp.load(ordering: .relaxed)
    if isHeld { past = max(past, lock.stamp.load(ordering: .relaxed)) }
    let next = append.stamp(after: past)
    if isKnown(to: append), lock.isKnown(to: append) {
      append.write(
        form, stamp: next, object: number.load(ordering: .relaxed),
        companion: lock.number.load(ordering: .relaxed), argument: argument)
    } else {
      append.lose(next)
    }
    stamp.store(next, ordering: .relaxed)
    if isHeld { lock.stamp.store(next, ordering: .relaxed) }
    append.close()
  }

  @usableFromInline @inline(never) borrowing func appendUnordered(
    _ operation: Operation, mode: LockMode, isPending: Bool, attempt: Event.Attempt,
    result: Event.Result, argument: UInt64
  ) {
    guard let append = EventAppend.open(frame: lc_frame_address()) else { return }
    let form = EventForm(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result)
    let next = append.stamp(after: 0)
    if isKnown(to: append) {
      append.write(
        form, stamp: next, object: number.load(ordering: .relaxed), argument: argument)
    } else {
      append.lose(next)
    }
    append.close()
  }

  @usableFromInline @inline(never) borrowing func appendDestroy() {
    recordDestroy(frame: lc_frame_address())
  }

  /// As ``recordDestroy()``, by the function that `frame` returns to.
  package borrowing func recordDestroy(frame: UInt) {
    guard recordedIn.load(ordering: .relaxed) != 0 else { return }
    guard let append = EventAppend.open(frame: frame) else { return }
    let next = append.stamp(after: stamp.load(ordering: .relaxed))
    if unsafe lc_bits_contain(
      append.session.pointee.written_objects, number.load(ordering: .relaxed))
    {
      append.write(
        EventForm(.destroy), stamp: next, object: number.load(ordering: .relaxed))
    }
    stamp.store(next, ordering: .relaxed)
    append.close()
  }

  /// Whether its row is in the recording; written now where it is not.
  @inline(__always)
  borrowing func isKnown(to append: EventAppend) -> Bool {
    unsafe recordedIn.load(ordering: .acquiring) == append.session.pointee.number
      || introduce(to: append)
  }

  @inline(never) private borrowing func introduce(to append: EventAppend) -> Bool {
    let id = id.rawValue
    let session = unsafe append.session
    lc_lock()
    defer { lc_unlock() }
    guard unsafe Session.file(of: session).writeObject(self, number: id, in: session) else {
      return false
    }
    unsafe recordedIn.store(session.pointee.number, ordering: .releasing)
    return true
  }
}
