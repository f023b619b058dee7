import CLockcheckShims
public import LockcheckTrace
import Synchronization

/// What a primitive keeps for a thread that it makes, so that the trace knows who made it, when it
/// began and ended, and who waited for it.
@safe public final class RecordedThread: @unchecked Sendable {
  private let name: String?
  private let kind: String
  private let number: UInt32
  /// What the thread will record into, also where that has not begun or is over.
  private let scope: UnsafeMutablePointer<lc_session>?
  private let forkStamp = Atomic<UInt64>(0)
  private let exitStamp = Atomic<UInt64>(0)

  /// Describes a thread that is about to be made. It will record into what the calling thread
  /// records into now.
  ///
  /// - Parameters:
  ///   - name: What the program calls it.
  ///   - kind: What sort of thread it is: `thread`, `worker` ….
  public init(name: String?, kind: String = "thread") {
    Recording.readEnvironment()
    self.name = name
    self.kind = kind
    number = lc_next_thread_number()
    unsafe scope = Session.inherited()
  }

  /// Its number, the same in every recording of this process.
  public var id: ThreadID { ThreadID(rawValue: number) }

  /// Appends `fork`. For the maker, before the thread runs.
  @inlinable public func recordFork() { if Recording.isOn { appendFork() } }

  @usableFromInline @inline(never) func appendFork() { recordFork(frame: lc_frame_address()) }

  /// As ``recordFork()``, by the function that `frame` returns to.
  package func recordFork(frame: UInt) {
    guard let append = EventAppend.open(frame: frame) else { return }
    let stamp = append.stamp(after: 0)
    if isKnown(to: append) {
      append.write(EventForm(.fork), stamp: stamp, object: 0, companion: number)
    } else {
      append.lose(stamp)
    }
    forkStamp.store(stamp, ordering: .releasing)
    append.close()
  }

  /// Appends `start` and makes the calling thread this one. For the thread itself, as its first act;
  /// also while nothing is recorded, so that a recording that begins later knows it.
  @inline(never) public func enter() {
    guard let thread = unsafe lc_attach_nameless() else { return }
    unsafe takeIdentity(thread)
    var name = name ?? ""
    name.withUTF8 { unsafe lc_set_thread_name(thread, $0.baseAddress, $0.count) }
    var kind = kind
    kind.withUTF8 { unsafe lc_set_thread_kind(thread, $0.baseAddress, $0.count) }
    unsafe thread.pointee.last = max(thread.pointee.last, forkStamp.load(ordering: .acquiring))
    guard Recording.isOn, let append = EventAppend.open(frame: lc_frame_address()) else { return }
    append.write(EventForm(.start), stamp: append.stamp(after: 0), object: 0)
    append.close()
  }

  private func takeIdentity(_ thread: UnsafeMutablePointer<lc_thread>) {
    let isEntered = unsafe lc_enter(thread)
    // A signal may have come before: what its handler did was done by a thread of another number.
    if unsafe thread.pointee.writers != nil {
      lc_lock()
      unsafe Session.closeWriters(of: thread)
      unsafe lc_writers_prune(thread, true)
      lc_unlock()
    }
    unsafe lc_take_identity(thread, number, scope)
    if isEntered { unsafe lc_leave(thread) }
  }

  /// Takes the name that the system knows the calling thread by now. A recording that has it already calls
  /// it so throughout.
  package static func takeSystemName() {
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return }
    unsafe lc_take_system_name(thread)
    if let session = unsafe Session.inForce(on: thread) {
      let number = unsafe thread.pointee.number
      lc_lock()
      if unsafe lc_bits_contain(session.pointee.written_threads, number) {
        // Without room the recording ends here, and the first name is as good.
        _ = unsafe Session.file(of: session).rewriteThread(
          number, name: lc_thread_name(thread), kind: lc_thread_kind(thread), in: session)
      }
      lc_unlock()
    }
    unsafe lc_leave(thread)
  }

  /// As ``takeSystemName()``, for another thread, which knows it by `name` from now on.
  package func rename(_ name: UnsafePointer<CChar>) {
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return }
    if let session = unsafe Session.inForce(on: thread) {
      lc_lock()
      _ = unsafe kind.withCString { kind in
        unsafe Session.file(of: session).rewriteThread(
          number, name: name, kind: kind, in: session)
      }
      lc_unlock()
    }
    unsafe lc_leave(thread)
  }

  /// As ``enter()``, for a thread that will end without a call of ``leave()``: whoever notices its end
  /// calls ``ends(_:)``.
  package func enterWithoutLeaving() {
    enter()
    guard let thread = unsafe lc_current() else { return }
    unsafe thread.pointee.identity = Unmanaged.passRetained(self).toOpaque()
  }

  /// Has `act` called by each thread that ends without a call of ``leave()``, before its end is recorded.
  package static func willEnd(_ act: @escaping @convention(c) () -> Void) {
    lc_set_thread_will_end(act)
  }

  /// Notes how far a thread has come that ends now, for whoever joins it.
  static func ends(_ thread: UnsafeMutablePointer<lc_thread>) {
    guard let identity = unsafe thread.pointee.identity else { return }
    unsafe thread.pointee.identity = nil
    let known = unsafe Unmanaged<RecordedThread>.fromOpaque(identity).takeRetainedValue()
    unsafe known.exitStamp.store(thread.pointee.last, ordering: .releasing)
  }

  /// Appends `exit`. For the thread itself, as its last act.
  @inline(never) public func leave() {
    if Recording.isOn, let append = EventAppend.open(frame: lc_frame_address()) {
      let stamp = append.stamp(after: 0)
      append.write(EventForm(.exit), stamp: stamp, object: 0)
      append.close()
    }
    guard let thread = unsafe lc_current(), unsafe lc_enter(thread) else { return }
    unsafe exitStamp.store(thread.pointee.last, ordering: .releasing)
    if unsafe thread.pointee.writers != nil {
      lc_lock()
      unsafe Session.closeWriters(of: thread)
      lc_unlock()
    }
    unsafe lc_leave(thread)
    lc_detach()
  }

  /// Appends `join`, pending or done. For whoever waits for the thread; once it is done it must have
  /// left.
  ///
  /// - Parameters:
  ///   - isPending: Whether the caller is only about to wait.
  ///   - attempt: Whether it could wait for ever.
  ///   - result: What came of it.
  @inlinable public func recordJoin(
    isPending: Bool = false, attempt: Event.Attempt = .blocking, result: Event.Result = .success
  ) {
    if Recording.isOn { appendJoin(isPending: isPending, attempt: attempt, result: result) }
  }

  @usableFromInline @inline(never)
  func appendJoin(isPending: Bool, attempt: Event.Attempt, result: Event.Result) {
    recordJoin(isPending: isPending, attempt: attempt, result: result, frame: lc_frame_address())
  }

  /// As ``recordJoin(isPending:attempt:result:)``, by the function that `frame` returns to.
  package func recordJoin(
    isPending: Bool = false, attempt: Event.Attempt, result: Event.Result = .success, frame: UInt
  ) {
    guard let append = EventAppend.open(frame: frame) else { return }
    let form = EventForm(
      .join, mode: .exclusive, isPending: isPending, attempt: attempt, result: result)
    let stamp = append.stamp(after: exitStamp.load(ordering: .acquiring))
    if isKnown(to: append) {
      append.write(form, stamp: stamp, object: 0, companion: number)
    } else {
      append.lose(stamp)
    }
    append.close()
  }

  /// Whether its row is in the recording; written now where it is not.
  private func isKnown(to append: EventAppend) -> Bool {
    let session = unsafe append.session
    if unsafe lc_bits_contain(session.pointee.written_threads, number) { return true }
    lc_lock()
    defer { lc_unlock() }
    return unsafe Session.file(of: session).writeThread(number, name: name, kind: kind, in: session)
  }
}
