public import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// Iterations that run at once, as they are recorded: those on other threads wait for an event that the caller
/// has set, and the caller in the end for a permit of each. Those on the caller's thread need neither.
private final class DispatchApply: @unchecked Sendable {
  private let body: DispatchBody
  private let queue: UInt
  private let stack: UInt32
  private let caller = lc_own_tid()
  private let begun: RecordedObject
  private let done: RecordedObject
  /// How many ran on other threads.
  private let elsewhere = Atomic<UInt64>(0)

  init(_ body: DispatchBody, on queue: UInt, frame: UInt) {
    self.body = body
    self.queue = queue
    stack = CapturedStack.number(frame: frame)
    begun = RecordedObject(.event, name: "dispatch_apply", details: ObjectDetails(), frame: frame)
    var details = ObjectDetails()
    details.value = 0
    done = RecordedObject(.semaphore, name: "dispatch_apply", details: details, frame: frame)
  }

  static let iteration: lc_iteration = { context, number in
    guard let context = unsafe context else { return }
    unsafe Unmanaged<DispatchApply>.fromOpaque(context).takeUnretainedValue().run(number)
  }

  private func run(_ number: Int) {
    guard lc_own_tid() != caller else { return runOnQueue(number) }
    begun.append(.done(.wait), order: .ofObject, stack: stack)
    runOnQueue(number)
    done.append(.done(.release), order: .ofObject, stack: stack)
    elsewhere.add(1, ordering: .relaxed)
  }

  /// A serial queue has all of them run by the caller, a concurrent one holds up its barriers.
  private func runOnQueue(_ number: Int) {
    guard let queue = unsafe UnsafeMutableRawPointer(bitPattern: queue) else {
      return body.call(iteration: number)
    }
    let target = unsafe DispatchQueues.target(of: queue)
    unsafe DispatchQueues.run(on: queue, .shared, target: target, stack: stack) {
      body.call(iteration: number)
    }
  }

  /// - Parameter real: Has Dispatch run the iterations, and comes back when all are through.
  func runAll(_ real: (UnsafeMutableRawPointer) -> Void) {
    begun.append(.done(.set), order: .ofObject, stack: stack)
    unsafe real(Unmanaged.passUnretained(self).toOpaque())
    let count = elsewhere.load(ordering: .relaxed)
    if count > 0 {
      done.append(.done(.acquire), argument: count, order: .ofObject, stack: stack)
    }
    begun.recordDestroy(frame: lc_frame_address())
    done.recordDestroy(frame: lc_frame_address())
  }
}

/// Dispatch's `dispatch_apply_f`.
@c(dispatch_apply_f) public func interposeApplyF(
  _ count: Int, _ queue: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?,
  _ function: @escaping lc_iteration
) {
  let frame = lc_frame_address()
  guard count > 0, DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_apply_f(count, queue, context, function)
  }
  unsafe DispatchApply(
    DispatchBody(iteration: function, context), on: UInt(bitPattern: queue), frame: frame
  ).runAll { apply in
    unsafe lc_real_dispatch_apply_f(count, queue, apply, DispatchApply.iteration)
  }
}

/// Dispatch's `dispatch_apply`.
@c(dispatch_apply) public func interposeApply(
  _ count: Int, _ queue: UnsafeMutableRawPointer?, _ block: UnsafeMutableRawPointer
) {
  let frame = lc_frame_address()
  guard count > 0, DispatchQueues.isOn(frame) else {
    return unsafe lc_real_dispatch_apply_f(count, queue, block, lc_block_iteration(block))
  }
  unsafe DispatchApply(DispatchBody(block: block), on: UInt(bitPattern: queue), frame: frame)
    .runAll { apply in
      unsafe lc_real_dispatch_apply_f(count, queue, apply, DispatchApply.iteration)
    }
}
