import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

extension DispatchQueues {
  /// Runs it as what it is on its queue, alone or with others, and on the queues that this one has for
  /// targets.
  static func run(
    _ arrival: DispatchArrivals.Arrival = .unordered, on queue: Pointer,
    _ place: DispatchWork.Place, target: Pointer?, stack: UInt32, _ body: () -> Void
  ) {
    guard let lock = unsafe lock(of: queue, frame: lc_frame_address()) else {
      if case .item(let item) = arrival {
        unsafe DispatchArrivals.take(item, from: queue, stack: stack)
      }
      return body()
    }
    unsafe DispatchArrivals.begin(arrival, on: queue, place, stack: stack)
    unsafe DispatchGates.pass(queue, stack: stack)
    let mode = unsafe mode(place, on: lock)
    let order: EventOrder = mode == .exclusive ? .ofHolder : .ofObject
    let acquire = EventForm(
      .acquire, mode: mode, isPending: false, attempt: .blocking, result: .success)
    let session = unsafe lock.pointee.object.append(acquire, order: order, stack: stack)
    if mode == .exclusive { unsafe lock.pointee.noteCaller(holds: true) }
    if let target = unsafe target {
      unsafe run(on: target, .shared, target: self.target(of: target), stack: stack, body)
    } else {
      body()
    }
    if mode == .exclusive { unsafe lock.pointee.noteCaller(holds: false) }
    unsafe lock.pointee.object.appendRelease(
      mode, takenIn: session, order: order, frame: lc_frame_address())
    unsafe DispatchArrivals.finish(arrival, on: queue, place, stack: stack)
  }

  private static func mode(
    _ place: DispatchWork.Place, on lock: Instances.Reference
  ) -> LockMode {
    unsafe lock.pointee.kind == .lock ? .exclusive : place.mode
  }

  /// Runs it and waits for its end.
  ///
  /// - Parameters:
  ///   - mayBeHandedOver: Whether another thread than the caller may run it; what only the main thread runs
  ///     always is.
  ///   - real: Has Dispatch run a function with a context.
  static func runAndWait(
    _ body: DispatchBody, on queue: Pointer, _ place: DispatchWork.Place,
    mayBeHandedOver: Bool = false, frame: UInt, real: (UnsafeMutableRawPointer, lc_work) -> Void
  ) {
    let stack = CapturedStack.number(frame: frame)
    var call = unsafe SynchronousCall(body: body, queue: queue, place: place, stack: stack)
    if unsafe mayBeHandedOver || isOfMainThread(queue) {
      call.arrival = unsafe .item(DispatchArrivals.put(into: queue, place, stack: stack))
    }
    let lock = unsafe lock(of: queue, frame: frame)
    if let lock = unsafe lock {
      let pending = unsafe EventForm.pendingAcquire(mode(place, on: lock))
      unsafe lock.pointee.object.append(pending, order: .ofThread, stack: stack)
    }
    // Dispatch ends the program where the caller is on that queue alone. What handlers of the crash then do on this
    // thread would look as if it had not waited.
    let isLast = unsafe lock?.pointee.isCallers() ?? false
    let thread = unsafe isLast ? lc_attach() : nil
    let isEntered = unsafe thread.map { unsafe lc_enter($0) } ?? false
    unsafe withUnsafeMutablePointer(to: &call) { call in
      unsafe real(call) { context in
        unsafe context?.assumingMemoryBound(to: SynchronousCall.self).pointee.run()
      }
    }
    if isEntered, let thread = unsafe thread { unsafe lc_leave(thread) }
    guard call.answer != 0 else { return }
    if let lock = unsafe lock {
      // It did not take the lock: another thread did.
      let ended = unsafe EventForm(
        .acquire, mode: mode(place, on: lock), isPending: false, attempt: .blocking, result: .error)
      unsafe lock.pointee.object.append(ended, order: .ofThread, stack: stack)
    }
    unsafe DispatchArrivals.take(call.answer, from: queue, stack: stack)
  }
}

/// A call that waits, on the stack of whoever made it.
@safe private struct SynchronousCall {
  let body: DispatchBody
  let queue: DispatchQueues.Pointer
  let target: DispatchQueues.Pointer?
  let place: DispatchWork.Place
  let stack: UInt32
  let caller = lc_own_tid()
  /// Handed over where another thread may run it.
  var arrival = DispatchArrivals.Arrival.call
  /// What is handed back where one did; 0 where not.
  var answer: UInt64 = 0

  init(
    body: DispatchBody, queue: DispatchQueues.Pointer, place: DispatchWork.Place, stack: UInt32
  ) {
    self.body = body
    unsafe self.queue = queue
    unsafe target = DispatchQueues.target(of: queue)
    self.place = place
    self.stack = stack
  }

  mutating func run() {
    unsafe DispatchQueues.run(arrival, on: queue, place, target: target, stack: stack) {
      body.call()
    }
    if lc_own_tid() != caller { answer = unsafe DispatchArrivals.put(into: queue, stack: stack) }
  }
}
