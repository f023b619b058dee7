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
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_event_handler(source, block)
  }
  let body = unsafe block.map { unsafe DispatchBody(copying: $0) }
  unsafe DispatchSources.set(body, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_event_handler(source, own)
  }
}

@c(dispatch_source_set_event_handler_f) public func interposeSetEventHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_event_handler_f(source, function)
  }
  unsafe DispatchSources.set(function: function, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_event_handler(source, own)
  }
}

@c(dispatch_source_set_cancel_handler) public func interposeSetCancelHandler(
  _ source: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_cancel_handler(source, block)
  }
  let body = unsafe block.map { unsafe DispatchBody(copying: $0) }
  unsafe DispatchSources.set(body, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_cancel_handler(source, own)
  }
}

@c(dispatch_source_set_cancel_handler_f) public func interposeSetCancelHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_cancel_handler_f(source, function)
  }
  unsafe DispatchSources.set(function: function, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_cancel_handler(source, own)
  }
}

@c(dispatch_source_set_registration_handler) public func interposeSetRegistrationHandler(
  _ source: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_registration_handler(source, block)
  }
  let body = unsafe block.map { unsafe DispatchBody(copying: $0) }
  unsafe DispatchSources.set(body, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_registration_handler(source, own)
  }
}

@c(dispatch_source_set_registration_handler_f) public func interposeSetRegistrationHandlerF(
  _ source: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer?
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_source_set_registration_handler_f(source, function)
  }
  unsafe DispatchSources.set(function: function, of: source, frame: frame) { own in
    unsafe lc_hand_over_dispatch_source_set_registration_handler(source, own)
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
