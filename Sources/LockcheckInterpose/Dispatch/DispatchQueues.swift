import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Dispatch queues, as they are recorded.
///
/// What runs on a serial queue runs as if under a lock, on a concurrent one under a read-write lock whose
/// writers are the barriers: so waiting in a circle through `sync` is a cycle of locks like any other. What
/// is handed over is an item that is put and got, which orders the hand-over before the run. What a queue runs
/// is under the locks of its target queues, too.
enum DispatchQueues {
  typealias Pointer = UnsafeMutableRawPointer

  /// Whether what the function with this frame does is recorded: as elsewhere, and not where Dispatch itself
  /// calls it.
  @inline(__always) static func isOn(_ frame: UInt) -> Bool {
    Interposer.isOn(frame) && !lc_is_in_dispatch(lc_return_address(frame))
  }

  /// A queue that the program has just made.
  static func begin(
    _ queue: Pointer, attributes: Pointer?, target: Pointer? = nil, frame: UInt
  ) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    let isConcurrent = unsafe ConcurrentAttributes.contain(attributes)
    unsafe begin(
      queue, as: isConcurrent ? .rwlock : .lock, name: label(of: queue), target: target,
      frame: frame)
  }

  /// Anything that runs blocks.
  static func begin(
    _ queue: Pointer, as kind: ObjectKind, name: String?, target: Pointer?, frame: UInt
  ) {
    unsafe Instances.end(queue)
    unsafe DispatchArrivals.end(queue)
    unsafe DispatchGates.end(queue)
    let lock = unsafe Instances.begin(
      UInt(bitPattern: queue), as: kind, name: name, frame: frame)
    unsafe lock?.pointee.partner.store(UInt(bitPattern: target), ordering: .relaxed)
  }

  /// What it runs has another queue to run on from now on.
  static func retarget(_ queue: Pointer, to target: Pointer?) {
    guard let lock = unsafe Instances.known(at: queue) else { return }
    unsafe lock.pointee.partner.store(UInt(bitPattern: target), ordering: .relaxed)
  }

  /// The queue that everything of this one runs on besides; nil where nobody has said so.
  static func target(of queue: Pointer) -> Pointer? {
    guard let lock = unsafe Instances.known(at: queue) else { return nil }
    return unsafe Pointer(bitPattern: lock.pointee.partner.load(ordering: .relaxed))
  }

  /// Whether it runs several blocks at once.
  static func isConcurrent(_ queue: Pointer) -> Bool {
    guard let lock = unsafe Instances.known(at: queue) else { return false }
    return unsafe lock.pointee.kind == .rwlock
  }

  /// Whether only the main thread runs what is on it, also for those who wait for it.
  static func isOfMainThread(_ queue: Pointer) -> Bool {
    guard let main = unsafe lc_dispatch_main_queue() else { return false }
    var next: Pointer? = unsafe queue
    while let queue = unsafe next {
      if unsafe queue == main { return true }
      unsafe next = target(of: queue)
    }
    return false
  }

  /// The lock that stands for what runs on the queue alone; nil where nothing does, as with the system's own
  /// concurrent queues.
  static func lock(of queue: Pointer, frame: UInt) -> Instances.Reference? {
    if let known = unsafe Instances.known(at: queue) { return unsafe known }
    guard unsafe queue == lc_dispatch_main_queue() else { return nil }
    return unsafe Instances.begin(
      UInt(bitPattern: queue), as: .lock, name: label(of: queue), frame: frame)
  }

  static func label(of queue: Pointer) -> String? {
    guard let label = unsafe lc_real_dispatch_queue_get_label(queue), unsafe label[0] != 0 else {
      return nil
    }
    return unsafe String(cString: label)
  }
}

/// The attributes that make a queue concurrent: one that the library exports, and what is derived from it.
///
/// They live as long as the process and are few, so a table of fixed length is enough. Written and read
/// without a lock: a slot changes once.
enum ConcurrentAttributes {
  static func contain(_ attributes: UnsafeMutableRawPointer?) -> Bool {
    guard let attributes = unsafe attributes else { return false }
    return unsafe attributes == lc_dispatch_concurrent() || lc_pointer_is_noted(attributes)
  }

  /// Notes what was made of `origin`.
  static func derive(_ attributes: UnsafeMutableRawPointer?, from origin: UnsafeMutableRawPointer?)
  {
    if unsafe contain(origin) { unsafe lc_note_pointer(attributes) }
  }
}
