import CLockcheckInterpose
import CLockcheckShims
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

  init(_ kind: ObjectKind, details: ObjectDetails, frame: UInt) {
    self.kind = kind
    object = RecordedObject(kind, details: details, frame: frame)
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
}

/// The instances of the process, by their address.
package enum Instances {
  package typealias Reference = UnsafeMutablePointer<Instance>

  /// The instance at the address, made now where there is none of this kind; nil without memory.
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
    return unsafe begin(address, as: kind, details: ObjectDetails(), frame: frame)
  }

  /// The instance at the address, if there is one.
  @inline(__always)
  static func known(at address: UnsafeRawPointer?) -> Reference? {
    unsafe lc_instance_at(UInt(bitPattern: address))?.assumingMemoryBound(to: Instance.self)
  }

  /// Makes a new instance at the address: what stood there before has ended.
  @inline(never)
  static func begin(
    _ address: UInt, as kind: ObjectKind, details: ObjectDetails, frame: UInt
  ) -> Reference? {
    // Outside the recorder, since a stack is captured.
    let made = Instance(kind, details: details, frame: frame)
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

  /// Ends what stands at the address: whatever comes next is another object.
  package static func end(_ address: UnsafeRawPointer?) {
    guard let known = unsafe known(at: address) else { return }
    unsafe known.pointee.object.recordDestroy()
    guard let thread = unsafe lc_attach(), unsafe lc_enter(thread) else { return }
    lc_lock()
    // Not given back: an instance may still be looked at by a thread that found it before.
    _ = lc_instance_put(UInt(bitPattern: address), nil)
    lc_unlock()
    unsafe lc_leave(thread)
  }
}
