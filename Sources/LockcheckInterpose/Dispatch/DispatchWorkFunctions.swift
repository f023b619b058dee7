// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

// Dispatch's functions that have work run, each for a function with its context and for a block.

@c(dispatch_async_f) public func interposeAsyncF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_async_f(queue, context, function)
  }
  let work = unsafe DispatchWork(DispatchBody(function, context), to: queue, .shared, frame: frame)
  unsafe lc_real_dispatch_async_f(queue, work.context, DispatchWork.function)
}

@c(dispatch_async) public func interposeAsync(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else { return unsafe lc_hand_over_dispatch_async(queue, block) }
  let place = unsafe DispatchItems.place(of: block)
  let work = unsafe DispatchWork(DispatchBody(copying: block), to: queue, place, frame: frame)
  if place == .alone {
    unsafe lc_real_dispatch_barrier_async_f(queue, work.context, DispatchWork.function)
  } else {
    unsafe lc_real_dispatch_async_f(queue, work.context, DispatchWork.function)
  }
}

@c(dispatch_barrier_async_f) public func interposeBarrierAsyncF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_barrier_async_f(queue, context, function)
  }
  let work = unsafe DispatchWork(DispatchBody(function, context), to: queue, .alone, frame: frame)
  unsafe lc_real_dispatch_barrier_async_f(queue, work.context, DispatchWork.function)
}

@c(dispatch_barrier_async) public func interposeBarrierAsync(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_barrier_async(queue, block)
  }
  let work = unsafe DispatchWork(DispatchBody(copying: block), to: queue, .alone, frame: frame)
  unsafe lc_real_dispatch_barrier_async_f(queue, work.context, DispatchWork.function)
}

@c(dispatch_after_f) public func interposeAfterF(
  _ when: UInt64, _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_after_f(when, queue, context, function)
  }
  let work = unsafe DispatchWork(DispatchBody(function, context), to: queue, .shared, frame: frame)
  unsafe lc_real_dispatch_after_f(when, queue, work.context, DispatchWork.function)
}

@c(dispatch_after) public func interposeAfter(
  _ when: UInt64, _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_after(when, queue, block)
  }
  // One that has to wait is pushed by a timer, and no barrier any more.
  let place = unsafe when == 0 ? DispatchItems.place(of: block) : .shared
  let work = unsafe DispatchWork(DispatchBody(copying: block), to: queue, place, frame: frame)
  if place == .alone {
    unsafe lc_real_dispatch_barrier_async_f(queue, work.context, DispatchWork.function)
  } else {
    unsafe lc_real_dispatch_after_f(when, queue, work.context, DispatchWork.function)
  }
}

@c(dispatch_group_async_f) public func interposeGroupAsyncF(
  _ group: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ context: UnsafeMutableRawPointer?, _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_group_async_f(group, queue, context, function)
  }
  let work = unsafe DispatchWork(
    DispatchBody(function, context), to: queue, .shared, group: .member(UInt(bitPattern: group)),
    frame: frame)
  unsafe lc_real_dispatch_group_async_f(group, queue, work.context, DispatchWork.function)
}

@c(dispatch_group_async) public func interposeGroupAsync(
  _ group: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_group_async(group, queue, block)
  }
  let place = unsafe DispatchItems.place(of: block)
  let work = unsafe DispatchWork(
    DispatchBody(copying: block), to: queue, place, group: .member(UInt(bitPattern: group)),
    frame: frame)
  guard place == .alone else {
    return unsafe lc_real_dispatch_group_async_f(
      group, queue, work.context, DispatchWork.function)
  }
  unsafe work.asBlock(isBarrier: true) { own in
    unsafe lc_hand_over_dispatch_group_async(group, queue, own)
  }
}

@c(dispatch_group_notify_f) public func interposeGroupNotifyF(
  _ group: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ context: UnsafeMutableRawPointer?, _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_group_notify_f(group, queue, context, function)
  }
  let work = unsafe DispatchWork(
    DispatchBody(function, context), to: queue, .shared, group: .follower(UInt(bitPattern: group)),
    frame: frame)
  unsafe lc_real_dispatch_group_notify_f(group, queue, work.context, DispatchWork.function)
}

@c(dispatch_group_notify) public func interposeGroupNotify(
  _ group: UnsafeMutableRawPointer, _ queue: UnsafeMutableRawPointer,
  _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_hand_over_dispatch_group_notify(group, queue, block)
  }
  let place = unsafe DispatchItems.place(of: block)
  let work = unsafe DispatchWork(
    DispatchBody(copying: block), to: queue, place, group: .follower(UInt(bitPattern: group)),
    frame: frame)
  guard place == .alone else {
    return unsafe lc_real_dispatch_group_notify_f(
      group, queue, work.context, DispatchWork.function)
  }
  unsafe work.asBlock(isBarrier: true) { own in
    unsafe lc_hand_over_dispatch_group_notify(group, queue, own)
  }
}

@c(dispatch_sync_f) public func interposeSyncF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_sync_f(queue, context, function)
  }
  unsafe DispatchQueues.runAndWait(
    DispatchBody(function, context), on: queue, .shared, frame: frame
  ) { call, run in
    unsafe lc_real_dispatch_sync_f(queue, call, run)
  }
}

@c(dispatch_sync) public func interposeSync(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_sync_f(queue, block, lc_block_function(block))
  }
  let place = unsafe DispatchItems.place(of: block)
  unsafe DispatchQueues.runAndWait(DispatchBody(block: block), on: queue, place, frame: frame) {
    call, run in
    if place == .alone {
      unsafe lc_real_dispatch_barrier_sync_f(queue, call, run)
    } else {
      unsafe lc_real_dispatch_sync_f(queue, call, run)
    }
  }
}

@c(dispatch_barrier_sync_f) public func interposeBarrierSyncF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_barrier_sync_f(queue, context, function)
  }
  unsafe DispatchQueues.runAndWait(DispatchBody(function, context), on: queue, .alone, frame: frame)
  { call, run in
    unsafe lc_real_dispatch_barrier_sync_f(queue, call, run)
  }
}

@c(dispatch_barrier_sync) public func interposeBarrierSync(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_barrier_sync_f(queue, block, lc_block_function(block))
  }
  unsafe DispatchQueues.runAndWait(DispatchBody(block: block), on: queue, .alone, frame: frame) {
    call, run in
    unsafe lc_real_dispatch_barrier_sync_f(queue, call, run)
  }
}

@c(dispatch_async_and_wait_f) public func interposeAsyncAndWaitF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_async_and_wait_f(queue, context, function)
  }
  unsafe DispatchQueues.runAndWait(
    DispatchBody(function, context), on: queue, .shared, mayBeHandedOver: true, frame: frame
  ) { call, run in
    unsafe lc_real_dispatch_async_and_wait_f(queue, call, run)
  }
}

@c(dispatch_async_and_wait) public func interposeAsyncAndWait(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_async_and_wait_f(queue, block, lc_block_function(block))
  }
  let place = unsafe DispatchItems.place(of: block)
  unsafe DispatchQueues.runAndWait(
    DispatchBody(block: block), on: queue, place, mayBeHandedOver: true, frame: frame
  ) {
    call, run in
    if place == .alone {
      unsafe lc_real_dispatch_barrier_async_and_wait_f(queue, call, run)
    } else {
      unsafe lc_real_dispatch_async_and_wait_f(queue, call, run)
    }
  }
}

@c(dispatch_barrier_async_and_wait_f) public func interposeBarrierAsyncAndWaitF(
  _ queue: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_work
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_barrier_async_and_wait_f(queue, context, function)
  }
  unsafe DispatchQueues.runAndWait(
    DispatchBody(function, context), on: queue, .alone, mayBeHandedOver: true, frame: frame
  ) { call, run in
    unsafe lc_real_dispatch_barrier_async_and_wait_f(queue, call, run)
  }
}

@c(dispatch_barrier_async_and_wait) public func interposeBarrierAsyncAndWait(
  _ queue: UnsafeMutableRawPointer, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_barrier_async_and_wait_f(queue, block, lc_block_function(block))
  }
  unsafe DispatchQueues.runAndWait(
    DispatchBody(block: block), on: queue, .alone, mayBeHandedOver: true, frame: frame
  ) {
    call, run in
    unsafe lc_real_dispatch_barrier_async_and_wait_f(queue, call, run)
  }
}
