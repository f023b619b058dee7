// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

// Dispatch's functions, by their names. Those that take a block go on through the ones that take a function.

@c(dispatch_queue_create) public func interposeQueueCreate(
  _ label: UnsafePointer<CChar>?, _ attributes: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let queue = unsafe lc_real_dispatch_queue_create(label, attributes)
  if let queue = unsafe queue, DispatchQueues.isOn(frame) {
    unsafe DispatchQueues.begin(queue, attributes: attributes, frame: frame)
  }
  return unsafe queue
}

@c(dispatch_queue_create_with_target) public func interposeQueueCreateWithTarget(
  _ label: UnsafePointer<CChar>?, _ attributes: UnsafeMutableRawPointer?,
  _ target: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let queue = unsafe lc_real_dispatch_queue_create_with_target(label, attributes, target)
  if let queue = unsafe queue, DispatchQueues.isOn(frame) {
    unsafe DispatchQueues.begin(queue, attributes: attributes, target: target, frame: frame)
  }
  return unsafe queue
}

@c(dispatch_workloop_create) public func interposeWorkloopCreate(
  _ label: UnsafePointer<CChar>?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let loop = unsafe lc_real_dispatch_workloop_create(label)
  if let loop = unsafe loop, DispatchQueues.isOn(frame) {
    unsafe DispatchQueues.begin(loop, attributes: nil, frame: frame)
  }
  return unsafe loop
}

@c(dispatch_workloop_create_inactive) public func interposeWorkloopCreateInactive(
  _ label: UnsafePointer<CChar>?
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let loop = unsafe lc_real_dispatch_workloop_create_inactive(label)
  if let loop = unsafe loop, DispatchQueues.isOn(frame) {
    unsafe DispatchQueues.begin(loop, attributes: nil, frame: frame)
  }
  return unsafe loop
}

@c(dispatch_queue_attr_make_with_qos_class) public func interposeAttributesWithQoS(
  _ origin: UnsafeMutableRawPointer?, _ qos: UInt32, _ priority: Int32
) -> UnsafeMutableRawPointer? {
  let made = unsafe lc_real_dispatch_queue_attr_make_with_qos_class(origin, qos, priority)
  unsafe ConcurrentAttributes.derive(made, from: origin)
  return unsafe made
}

@c(dispatch_queue_attr_make_initially_inactive) public func interposeAttributesInactive(
  _ origin: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
  let made = unsafe lc_real_dispatch_queue_attr_make_initially_inactive(origin)
  unsafe ConcurrentAttributes.derive(made, from: origin)
  return unsafe made
}

@c(dispatch_queue_attr_make_with_autorelease_frequency)
public func interposeAttributesWithFrequency(
  _ origin: UnsafeMutableRawPointer?, _ frequency: UInt
) -> UnsafeMutableRawPointer? {
  let made = unsafe lc_real_dispatch_queue_attr_make_with_autorelease_frequency(origin, frequency)
  unsafe ConcurrentAttributes.derive(made, from: origin)
  return unsafe made
}

@c(dispatch_queue_attr_make_with_overcommit) public func interposeAttributesWithOvercommit(
  _ origin: UnsafeMutableRawPointer?, _ overcommit: Bool
) -> UnsafeMutableRawPointer? {
  let made = unsafe lc_real_dispatch_queue_attr_make_with_overcommit(origin, overcommit)
  unsafe ConcurrentAttributes.derive(made, from: origin)
  return unsafe made
}

@c(dispatch_once_f) public func interposeDispatchOnceF(
  _ predicate: UnsafeMutablePointer<Int>, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_once_f(predicate, context, function)
  }
  unsafe DispatchOnce.run(DispatchBody(function, context), predicate, frame: frame)
}

@c(dispatch_once) public func interposeDispatchOnce(
  _ predicate: UnsafeMutablePointer<Int>, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_once_f(predicate, block, lc_block_function(block))
  }
  unsafe DispatchOnce.run(DispatchBody(block: block), predicate, frame: frame)
}

@c(dispatch_group_create) public func interposeGroupCreate() -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let group = unsafe lc_real_dispatch_group_create()
  if let group = unsafe group, DispatchQueues.isOn(frame) {
    unsafe Instances.beginAnew(group, as: .queue, frame: frame)
  }
  return unsafe group
}

@c(dispatch_group_enter) public func interposeGroupEnter(_ group: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGroups.enter(group, frame: frame) }
  unsafe lc_real_dispatch_group_enter(group)
}

@c(dispatch_group_leave) public func interposeGroupLeave(_ group: UnsafeMutableRawPointer) {
  let frame = lc_frame_address()
  if DispatchQueues.isOn(frame) { unsafe DispatchGroups.leave(group, frame: frame) }
  unsafe lc_real_dispatch_group_leave(group)
}

@c(dispatch_group_wait) public func interposeGroupWait(
  _ group: UnsafeMutableRawPointer, _ end: UInt64
) -> Int {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else { return unsafe lc_real_dispatch_group_wait(group, end) }
  return unsafe DispatchGroups.wait(group, until: end, frame: frame) { end in
    unsafe lc_real_dispatch_group_wait(group, end)
  }
}

@c(dispatch_semaphore_create) public func interposeSemaphoreCreate(
  _ value: Int
) -> UnsafeMutableRawPointer? {
  let frame = lc_frame_address()
  let semaphore = unsafe lc_real_dispatch_semaphore_create(value)
  if let semaphore = unsafe semaphore, DispatchQueues.isOn(frame) {
    unsafe DispatchSemaphores.begin(semaphore, value: value, frame: frame)
  }
  return unsafe semaphore
}

@c(dispatch_semaphore_wait) public func interposeSemaphoreWait(
  _ semaphore: UnsafeMutableRawPointer, _ end: UInt64
) -> Int {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_semaphore_wait(semaphore, end)
  }
  return unsafe DispatchSemaphores.wait(semaphore, until: end, frame: frame)
}

@c(dispatch_semaphore_signal) public func interposeSemaphoreSignal(
  _ semaphore: UnsafeMutableRawPointer
) -> Int {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_semaphore_signal(semaphore)
  }
  return unsafe DispatchSemaphores.signal(semaphore, frame: frame)
}
