// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

// Dispatch's functions for sources, and for what runs only once it is resumed, by their names.

@c(dispatch_source_create) public func interposeSourceCreate(
  _ type: UnsafeRawPointer, _ handle: UInt, _ mask: UInt, _ queue: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let source = unsafe lc_real_dispatch_source_create(type, handle, mask, queue)
  if let source = unsafe source, DispatchQueues.isOn(frame) {
    unsafe DispatchSources.begin(source, on: queue, frame: frame)
  }
  return unsafe source
}

@c(dispatch_source_set_event_handler) public func interposeSetEventHandler(
  _ source: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer?
) {
  unsafe set(
    block: block, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_event_handler)
}

@c(dispatch_source_set_event_handler_f) public func interposeSetEventHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  unsafe set(
    function: function, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_event_handler_f,
    asBlock: lc_hand_over_dispatch_source_set_event_handler)
}

@c(dispatch_source_set_cancel_handler) public func interposeSetCancelHandler(
  _ source: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer?
) {
  unsafe set(
    block: block, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_cancel_handler)
}

@c(dispatch_source_set_cancel_handler_f) public func interposeSetCancelHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  unsafe set(
    function: function, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_cancel_handler_f,
    asBlock: lc_hand_over_dispatch_source_set_cancel_handler)
}

@c(dispatch_source_set_registration_handler) public func interposeSetRegistrationHandler(
  _ source: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer?
) {
  unsafe set(
    block: block, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_registration_handler)
}

@c(dispatch_source_set_registration_handler_f) public func interposeSetRegistrationHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  unsafe set(
    function: function, of: source, frame: lc_frame_address(),
    lc_hand_over_dispatch_source_set_registration_handler_f,
    asBlock: lc_hand_over_dispatch_source_set_registration_handler)
}

/// How Dispatch is told of a handler: the source, and a block or a function.
private typealias SetHandler = (UnsafeMutableRawPointer, UnsafeMutableRawPointer?) -> Void

private func set(
  block: UnsafeMutableRawPointer?, of source: UnsafeMutableRawPointer, frame: UInt,
  _ real: SetHandler
) {
  guard DispatchQueues.isOn(frame) else { return unsafe real(source, block) }
  let body = unsafe block.map { unsafe DispatchBody(copying: $0) }
  unsafe DispatchSources.set(body, of: source, frame: frame) { own in unsafe real(source, own) }
}

/// A function becomes a block of ours, since it gets the source's context and no other.
private func set(
  function: UnsafeMutableRawPointer?, of source: UnsafeMutableRawPointer, frame: UInt,
  _ real: SetHandler, asBlock: SetHandler
) {
  guard DispatchQueues.isOn(frame) else { return unsafe real(source, function) }
  unsafe DispatchSources.set(function: function, of: source, frame: frame) { own in
    unsafe asBlock(source, own)
  }
}

@c(dispatch_source_set_timer) public func interposeSetTimer(
  _ source: UnsafeMutableRawPointer, _ start: UInt64, _ interval: UInt64, _ leeway: UInt64
) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGates.open(source, frame: frame) }
  unsafe lc_real_dispatch_source_set_timer(source, start, interval, leeway)
}

@c(dispatch_source_merge_data) public func interposeMergeData(
  _ source: UnsafeMutableRawPointer, _ value: UInt
) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGates.open(source, frame: frame) }
  unsafe lc_real_dispatch_source_merge_data(source, value)
}

@c(dispatch_source_cancel) public func interposeSourceCancel(_ source: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGates.open(source, frame: frame) }
  unsafe lc_real_dispatch_source_cancel(source)
}

@c(dispatch_resume) public func interposeResume(_ object: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGates.open(object, frame: frame) }
  unsafe lc_real_dispatch_resume(object)
}

@c(dispatch_activate) public func interposeActivate(_ object: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGates.open(object, frame: frame) }
  unsafe lc_real_dispatch_activate(object)
}

@c(dispatch_set_target_queue) public func interposeSetTargetQueue(
  _ object: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchQueues.retarget(object, to: queue) }
  unsafe lc_real_dispatch_set_target_queue(object, queue)
}
