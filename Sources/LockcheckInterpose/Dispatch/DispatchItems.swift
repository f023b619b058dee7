import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Blocks that can be waited for and cancelled, as they are recorded: a queue with one item, which is done
/// when the block has run or is cancelled.
enum DispatchItems {
  typealias Pointer = UnsafeMutableRawPointer

  /// Among the flags of an item: it runs alone on its queue.
  static let barrier: UInt = 1
  /// Among the instance's: it is done.
  private static let isOver: Int32 = 1 << 16

  /// - Parameter real: Has Dispatch make an item of a block.
  static func make(
    flags: UInt, _ block: Pointer, frame: UInt, real: (Pointer) -> Pointer?
  ) -> Pointer? {
    let body = unsafe ItemBody(DispatchBody(copying: block))
    guard let made = unsafe body.asBlock({ own in unsafe real(own) }) else { return nil }
    unsafe body.item = made
    unsafe Instances.beginAnew(made, as: .queue, frame: frame)
    if let instance = unsafe Instances.known(at: made) {
      unsafe instance.pointee.setFlags(UInt32(truncatingIfNeeded: flags & 0xFF))
      unsafe instance.pointee.object.append(
        .done(.put), argument: lc_next_item(), order: .ofObject, frame: frame)
    }
    return unsafe made
  }

  /// How the block runs on its queue: as others, unless it is an item that says otherwise.
  static func place(of block: Pointer) -> DispatchWork.Place {
    guard let instance = unsafe Instances.known(at: block), unsafe instance.pointee.kind == .queue
    else { return .shared }
    return unsafe UInt(instance.pointee.flags) & barrier != 0 ? .alone : .shared
  }

  /// The block has run, or will not. What ends once more is another item of the queue's.
  static func finish(_ item: Pointer, frame: UInt) {
    guard let instance = unsafe Instances.known(at: item), unsafe instance.pointee.kind == .queue
    else { return }
    let stack = CapturedStack.number(frame: frame)
    let before = unsafe instance.pointee.owner.bitwiseOr(isOver, ordering: .relaxed).oldValue
    if before & isOver != 0 {
      unsafe instance.pointee.object.append(
        .done(.put), argument: lc_next_item(), order: .ofObject, stack: stack)
    }
    unsafe instance.pointee.object.append(.done(.taskDone), order: .ofObject, stack: stack)
  }
}

/// What an item runs, wherever that is.
@safe private final class ItemBody: DispatchHandler, @unchecked Sendable {
  private let body: DispatchBody
  /// Set before anybody can run it.
  var item: UnsafeMutableRawPointer?

  init(_ body: DispatchBody) { self.body = body }
  deinit { body.release() }

  override func run(_ a: UInt, _ b: UInt, _ c: UInt) {
    body.call()
    if let item = unsafe item { unsafe DispatchItems.finish(item, frame: lc_frame_address()) }
  }
}
