// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

// Dispatch's functions for input and output, by their names.

@c(dispatch_read) public func interposeDispatchRead(
  _ file: Int32, _ count: Int, _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_read(file, count, queue, block)
  }
  unsafe DispatchIO.hand(block, on: queue, channel: nil, descriptor: file, frame: frame) { own in
    unsafe lc_hand_over_dispatch_read(file, count, queue, own)
  }
}

@c(dispatch_write) public func interposeDispatchWrite(
  _ file: Int32, _ data: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_write(file, data, queue, block)
  }
  unsafe DispatchIO.hand(block, on: queue, channel: nil, descriptor: -1, frame: frame) { own in
    unsafe lc_hand_over_dispatch_write(file, data, queue, own)
  }
}

@c(dispatch_io_create) public func interposeIOCreate(
  _ type: UInt, _ file: Int32, _ queue: UnsafeMutableRawPointer?, _ block: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_io_create(type, file, queue, block)
  }
  return unsafe DispatchIO.makeChannel(block, on: queue, descriptor: -1, frame: frame) { own in
    unsafe lc_real_dispatch_io_create(type, file, queue, own)
  }
}

@c(dispatch_io_create_with_path) public func interposeIOCreateWithPath(
  _ type: UInt, _ path: UnsafePointer<CChar>?, _ flags: Int32, _ mode: UInt32,
  _ queue: UnsafeMutableRawPointer?, _ block: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_io_create_with_path(type, path, flags, mode, queue, block)
  }
  return unsafe DispatchIO.makeChannel(block, on: queue, descriptor: -1, frame: frame) { own in
    unsafe lc_real_dispatch_io_create_with_path(type, path, flags, mode, queue, own)
  }
}

@c(dispatch_io_create_with_io) public func interposeIOCreateWithIO(
  _ type: UInt, _ channel: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer?,
  _ block: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_io_create_with_io(type, channel, queue, block)
  }
  return unsafe DispatchIO.makeChannel(block, on: queue, descriptor: -1, frame: frame) { own in
    unsafe lc_real_dispatch_io_create_with_io(type, channel, queue, own)
  }
}

@c(dispatch_io_read) public func interposeIORead(
  _ channel: UnsafeMutableRawPointer, _ offset: Int, _ count: Int,
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_io_read(channel, offset, count, queue, block)
  }
  let file = unsafe lc_real_dispatch_io_get_descriptor(channel)
  unsafe DispatchIO.hand(block, on: queue, channel: channel, descriptor: file, frame: frame) {
    own in
    unsafe lc_hand_over_dispatch_io_read(channel, offset, count, queue, own)
  }
}

@c(dispatch_io_write) public func interposeIOWrite(
  _ channel: UnsafeMutableRawPointer, _ offset: Int, _ data: UnsafeMutableRawPointer,
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_io_write(channel, offset, data, queue, block)
  }
  unsafe DispatchIO.hand(block, on: queue, channel: channel, descriptor: -1, frame: frame) { own in
    unsafe lc_hand_over_dispatch_io_write(channel, offset, data, queue, own)
  }
}

@c(dispatch_io_barrier) public func interposeIOBarrier(
  _ channel: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_io_barrier(channel, block)
  }
  unsafe DispatchIO.hand(block, on: nil, channel: channel, descriptor: -1, frame: frame) { own in
    unsafe lc_hand_over_dispatch_io_barrier(channel, own)
  }
}
