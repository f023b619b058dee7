import CLockcheckInterpose
import CLockcheckShims
import Glibc
package import LockcheckRecorder
package import LockcheckTrace
import Synchronization

/// One synchronization object of the program, from its making to its end: another one at the same
/// address is another instance.
///
/// Lives in mapped memory that is never given back, so that a thread that comes too late finds something
/// it may look at.
@safe package struct Instance: ~Copyable {
  package let object: RecordedObject
  package let kind: ObjectKind
  /// The recording that has the present hold, and how often it has it: what was taken in one recording is
  /// not given back in another. Only the holder looks at them.
  private let heldIn = Atomic<UInt32>(0)
  private let depth = Atomic<UInt32>(0)
  /// Who holds it, where the C library does not say.
  let owner = Atomic<Int32>(0)
  /// The address of what goes with it: of a queue of Dispatch's, its target; of what is done once, the instance
  /// that says that it is done.
  let partner = Atomic<UInt>(0)

  init(_ kind: ObjectKind, name: String?, details: ObjectDetails, frame: UInt) {
    self.kind = kind
    object = RecordedObject(kind, name: name, details: details, frame: frame)
  }

  /// Notes that the calling thread has taken it, in this recording.
  @inline(__always) package borrowing func noteAcquire(in session: UInt32) {
    if heldIn.load(ordering: .relaxed) != session {
      heldIn.store(session, ordering: .relaxed)
      depth.store(1, ordering: .relaxed)
    } else {
      depth.store(depth.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
  }

  /// Notes that the calling thread gives it back.
  ///
  /// - Returns: The recording that has the acquire; 0 where none has.
  @inline(__always) package borrowing func noteRelease() -> UInt32 {
    let count = depth.load(ordering: .relaxed)
    guard count > 0 else { return 0 }
    depth.store(count &- 1, ordering: .relaxed)
    return heldIn.load(ordering: .relaxed)
  }

  /// As ``noteAcquire(in:)``, of one that others may take at the same time.
  @inline(__always) borrowing func noteSharedAcquire(in session: UInt32) {
    heldIn.store(session, ordering: .relaxed)
    depth.wrappingAdd(1, ordering: .relaxed)
  }

  /// As ``noteRelease()``, of one that others may give back at the same time.
  @inline(__always) borrowing func noteSharedRelease() -> UInt32 {
    var count = depth.load(ordering: .relaxed)
    while count > 0 {
      let (isExchanged, original) = depth.weakCompareExchange(
        expected: count, desired: count &- 1, ordering: .relaxed)
      if isExchanged { return heldIn.load(ordering: .relaxed) }
      count = original
    }
    return 0
  }

  /// Whether the calling thread has noted that it holds it.
  package borrowing func isCallers() -> Bool {
    owner.load(ordering: .relaxed) == lc_own_tid()
  }
  /// Notes that the calling thread holds it, or does no more; by the holder.
  package borrowing func noteCaller(holds: Bool) {
    owner.store(holds ? lc_own_tid() : -lc_own_tid(), ordering: .relaxed)
  }
  /// Whether the calling thread was the last to note that it gives it back.
  borrowing func wasCallers() -> Bool { owner.load(ordering: .relaxed) == -lc_own_tid() }

  /// What the program said of a lock of its own when it made it.
  package var flags: UInt32 { UInt32(bitPattern: owner.load(ordering: .relaxed)) }
  package borrowing func setFlags(_ flags: UInt32) {
    owner.store(Int32(bitPattern: flags), ordering: .relaxed)
  }

  /// How often it is held or, with a named semaphore, open.
  var uses: UInt32 { depth.load(ordering: .relaxed) }
}

/// The instances of the process, by their address.
package enum Instances {
  package typealias Reference = UnsafeMutablePointer<Instance>

  /// The instance at the address, made now where there is none of this kind; nil without memory, and for
  /// what is none of the program's.
  @inline(__always)
  package static func at(
    _ address: UnsafeRawPointer?, as kind: ObjectKind, frame: UInt
  ) -> Reference? {
    let address = UInt(bitPattern: address)
    if let known = unsafe lc_instance_at(address)?.assumingMemoryBound(to: Instance.self),
      unsafe known.pointee.kind == kind
    {
      return unsafe known
    }
    return unsafe begin(address, as: kind, frame: frame)
  }

  /// The instance at the address, if there is one.
  @inline(__always)
  package static func known(at address: UnsafeRawPointer?) -> Reference? {
    unsafe lc_instance_at(UInt(bitPattern: address))?.assumingMemoryBound(to: Instance.self)
  }

  /// Makes a new instance at the address: what stood there before has ended.
  @inline(never)
  static func begin(
    _ address: UInt, as kind: ObjectKind, name: String? = nil,
    details: ObjectDetails = ObjectDetails(), frame: UInt
  ) -> Reference? {
    // What the recorder's own stack walker does at the end of a thread, and the C library's own, which comes
    // between a wait and its end where a thread is cancelled.
    if lc_is_of_unwinders(lc_return_address(frame)) { return nil }
    // Outside the recorder, since a stack is captured.
    var details = details
    details.address = UInt64(address)
    let made = Instance(kind, name: name, details: details, frame: frame)
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return nil }
    lc_lock()
    defer {
      lc_unlock()
      unsafe lc_leave(thread)
    }
    // Another thread may have been here first.
    if let known = unsafe lc_instance_at(address)?.assumingMemoryBound(to: Instance.self) {
      if unsafe known.pointee.kind == kind { return unsafe known }
    }
    guard let memory = unsafe lc_instance_make(MemoryLayout<Instance>.size) else { return nil }
    let reference = unsafe memory.bindMemory(to: Instance.self, capacity: 1)
    unsafe reference.initialize(to: made)
    guard unsafe lc_instance_put(address, memory) else {
      unsafe lc_instance_give_back(memory)
      return nil
    }
    return unsafe reference
  }

  /// Makes an instance that no address stands for.
  static func make(
    _ kind: ObjectKind, name: String? = nil, address: UInt, frame: UInt
  ) -> Reference? {
    var details = ObjectDetails()
    details.address = UInt64(address)
    let made = Instance(kind, name: name, details: details, frame: frame)
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return nil }
    lc_lock()
    let memory = unsafe lc_instance_make(MemoryLayout<Instance>.size)
    lc_unlock()
    unsafe lc_leave(thread)
    guard let reference = unsafe memory?.bindMemory(to: Instance.self, capacity: 1) else {
      return nil
    }
    unsafe reference.initialize(to: made)
    return unsafe reference
  }

  /// Makes a new instance of something that has just been initialized: what stood there has ended.
  static func beginAnew(
    _ address: UnsafeRawPointer?, as kind: ObjectKind, details: ObjectDetails = ObjectDetails(),
    frame: UInt
  ) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    unsafe end(address, frame: frame)
    _ = unsafe begin(UInt(bitPattern: address), as: kind, details: details, frame: frame)
  }

  /// Records that what stands at the address was not destroyed: it is in use.
  static func refuseEnd(_ address: UnsafeRawPointer?, frame: UInt) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    guard let known = unsafe known(at: address) else { return }
    let refused = EventForm(
      .destroy, mode: .exclusive, isPending: false, attempt: .blocking, result: .error)
    unsafe known.pointee.object.append(refused, order: .ofThread, frame: frame)
  }

  /// Remembers what stands at the address, which a call is about to destroy: the object itself will show it.
  static func bury(_ address: UnsafeRawPointer?) {
    guard let known = unsafe known(at: address) else { return }
    unsafe lc_ended_put(UInt(bitPattern: address), known)
  }

  /// What a call has destroyed at the address, if that was not long ago.
  @inline(never)
  static func ended(at address: UnsafeRawPointer?) -> Reference? {
    unsafe lc_ended_at(UInt(bitPattern: address))?.assumingMemoryBound(to: Instance.self)
  }

  /// Ends what stands at the address: whatever comes next is another object.
  ///
  /// - Parameter frame: That of the function that ends it; nil where that was the end of its memory.
  package static func end(_ address: UnsafeRawPointer?, frame: UInt? = nil) {
    guard let known = unsafe known(at: address) else { return }
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    unsafe known.pointee.object.recordDestroy(frame: frame ?? lc_frame_address())
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return }
    lc_lock()
    // Not given back: an instance may still be looked at by a thread that found it before.
    _ = lc_instance_put(UInt(bitPattern: address), nil)
    lc_unlock()
    unsafe lc_leave(thread)
  }
}
