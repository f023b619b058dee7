// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

// Dispatch's functions for blocks that can be waited for, by their names.

@c(dispatch_block_create) public func interposeBlockCreate(
  _ flags: UInt, _ block: UnsafeMutableRawPointer
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_block_create(flags, block)
  }
  return unsafe DispatchItems.make(flags: flags, block, frame: frame) { own in
    unsafe lc_real_dispatch_block_create(flags, own)
  }
}

@c(dispatch_block_create_with_qos_class) public func interposeBlockCreateWithQoS(
  _ flags: UInt, _ qos: UInt32, _ priority: Int32, _ block: UnsafeMutableRawPointer
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_block_create_with_qos_class(flags, qos, priority, block)
  }
  return unsafe DispatchItems.make(flags: flags, block, frame: frame) { own in
    unsafe lc_real_dispatch_block_create_with_qos_class(flags, qos, priority, own)
  }
}

@c(dispatch_block_wait) public func interposeBlockWait(
  _ item: UnsafeMutableRawPointer, _ end: UInt64
) -> Int {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else { return unsafe lc_real_dispatch_block_wait(item, end) }
  return unsafe DispatchGroups.wait(item, until: end, frame: frame) { end in
    unsafe lc_real_dispatch_block_wait(item, end)
  }
}

@c(dispatch_block_cancel) public func interposeBlockCancel(_ item: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchItems.finish(item, frame: frame) }
  unsafe lc_real_dispatch_block_cancel(item)
}

@c(dispatch_block_notify) public func interposeBlockNotify(
  _ item: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_block_notify(item, queue, block)
  }
  let place = unsafe DispatchItems.place(of: block)
  let work = unsafe DispatchWork(
    DispatchBody(copying: block), to: queue, place, group: .follower(UInt(bitPattern: item)),
    frame: frame)
  unsafe work.asBlock(isBarrier: place == .alone) { own in
    unsafe lc_hand_over_dispatch_block_notify(item, queue, own)
  }
}
