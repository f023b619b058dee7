import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// What comes before everything that a queue, a source or a channel runs from then on: that it was resumed,
/// that it was given data. Recorded as a queue whose items are done as soon as they are there, and which
/// every run waits for.
enum DispatchGates {
  typealias Pointer = UnsafeMutableRawPointer

  /// Beside the lock of a queue and its items: see ``DispatchQueues`` and ``DispatchArrivals``.
  private static func gate(of object: Pointer) -> Pointer { unsafe object + 8 }

  /// What the calling thread has done comes before what is run later.
  static func open(_ object: Pointer, frame: UInt) {
    unsafe open(object, stack: CapturedStack.number(frame: frame))
  }

  static func open(_ object: Pointer, stack: UInt32) {
    guard
      let gate = unsafe Instances.at(
        UnsafeRawPointer(gate(of: object)), as: .queue, frame: lc_frame_address())
    else { return }
    unsafe gate.pointee.object.append(
      .done(.put), argument: lc_next_item(), order: .ofObject, stack: stack)
    unsafe gate.pointee.object.append(.done(.taskDone), order: .ofObject, stack: stack)
  }

  /// Something is about to run.
  static func pass(_ object: Pointer, stack: UInt32) {
    guard let gate = unsafe Instances.known(at: gate(of: object)),
      unsafe gate.pointee.kind == .queue
    else { return }
    unsafe gate.pointee.object.append(.done(.queueJoin), order: .ofObject, stack: stack)
  }

  static func end(_ object: Pointer) { unsafe Instances.end(gate(of: object)) }
}
