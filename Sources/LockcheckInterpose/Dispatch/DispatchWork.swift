import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Work that is handed to a queue and run later, by whatever thread.
@safe final class DispatchWork: @unchecked Sendable {
  /// How it runs on its queue.
  enum Place {
    case shared
    case alone

    var mode: LockMode { self == .alone ? .exclusive : .shared }
  }

  private let body: DispatchBody
  private let queue: DispatchQueues.Pointer
  private let place: Place
  private let item: UInt64
  /// Where it was handed over: what its run does to the queue is told there.
  private let stack: UInt32
  /// The group that it is of, or that it waits for.
  private let group: DispatchGroups.Role

  /// Records that it is handed over.
  init(
    _ body: DispatchBody, to queue: DispatchQueues.Pointer, _ place: Place = .shared,
    group: DispatchGroups.Role = .none, frame: UInt
  ) {
    self.body = body
    unsafe self.queue = queue
    self.place = place
    self.group = group
    item = lc_next_item()
    stack = CapturedStack.number(frame: frame)
    if let items = unsafe DispatchQueues.itemQueue(of: queue, frame: frame) {
      unsafe items.pointee.object.append(
        .done(.put), argument: item, order: .ofObject, stack: stack)
    }
    group.enter(stack: stack)
  }

  /// What Dispatch is given to run.
  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }
  static let function: lc_work = { context in
    guard let context = unsafe context else { return }
    unsafe Unmanaged<DispatchWork>.fromOpaque(context).takeRetainedValue().run()
  }

  private func run() {
    if let items = unsafe DispatchQueues.itemQueue(of: queue, frame: lc_frame_address()) {
      unsafe items.pointee.object.append(
        .done(.get), argument: item, order: .ofObject, stack: stack)
    }
    group.pass(stack: stack)
    unsafe DispatchQueues.run(body, on: queue, place, stack: stack)
    body.release()
    group.leave(stack: stack)
  }
}

extension DispatchQueues {
  /// Runs it as what it is on its queue: alone, or with others.
  static func run(
    _ body: DispatchBody, on queue: Pointer, _ place: DispatchWork.Place, stack: UInt32
  ) {
    guard let lock = unsafe lock(of: queue, frame: lc_frame_address()) else { return body.call() }
    let mode = unsafe lock.pointee.kind == .lock ? .exclusive : place.mode
    let order: EventOrder = mode == .exclusive ? .ofHolder : .ofObject
    let acquire = EventForm(
      .acquire, mode: mode, isPending: false, attempt: .blocking, result: .success)
    let session = unsafe lock.pointee.object.append(acquire, order: order, stack: stack)
    body.call()
    unsafe lock.pointee.object.appendRelease(
      mode, takenIn: session, order: order, frame: lc_frame_address())
  }

  /// Runs it and waits for its end.
  ///
  /// - Parameter real: Has Dispatch run a function with a context.
  static func runAndWait(
    _ body: DispatchBody, on queue: Pointer, _ place: DispatchWork.Place, frame: UInt,
    real: (UnsafeMutableRawPointer, lc_work) -> Void
  ) {
    var call = unsafe SynchronousCall(
      body: body, queue: queue, place: place, stack: CapturedStack.number(frame: frame),
      caller: lc_own_tid())
    let lock = unsafe lock(of: queue, frame: frame)
    if let lock = unsafe lock {
      let mode = unsafe lock.pointee.kind == .lock ? .exclusive : place.mode
      let pending = EventForm(
        .acquire, mode: mode, isPending: true, attempt: .blocking, result: .success)
      unsafe lock.pointee.object.append(pending, order: .ofThread, stack: call.stack)
    }
    unsafe withUnsafeMutablePointer(to: &call) { call in
      unsafe real(call) { context in
        guard let call = unsafe context?.assumingMemoryBound(to: SynchronousCall.self) else {
          return
        }
        unsafe call.pointee.runner = lc_own_tid()
        unsafe DispatchQueues.run(
          call.pointee.body, on: call.pointee.queue, call.pointee.place, stack: call.pointee.stack)
      }
    }
    // The main queue's work is run by the main thread: the caller's wait ends behind it.
    if call.runner != call.caller {
      unsafe run(DispatchBody.nothing, on: queue, place, stack: call.stack)
    }
  }

  /// A call that waits, on the stack of whoever made it.
  @safe private struct SynchronousCall {
    let body: DispatchBody
    let queue: Pointer
    let place: DispatchWork.Place
    let stack: UInt32
    let caller: Int32
    var runner: Int32 = 0
  }
}

/// What is to be run: a function with its context, or a block.
@safe struct DispatchBody {
  private let function: lc_work?
  private let context: UnsafeMutableRawPointer?
  private let isCopied: Bool

  static var nothing: DispatchBody {
    unsafe DispatchBody(function: nil, context: nil, isCopied: false)
  }

  private init(function: lc_work?, context: UnsafeMutableRawPointer?, isCopied: Bool) {
    unsafe self.function = function
    unsafe self.context = context
    self.isCopied = isCopied
  }

  init(_ function: @escaping lc_work, _ context: UnsafeMutableRawPointer?) {
    unsafe self.init(function: function, context: context, isCopied: false)
  }

  /// A block that is run before its caller goes on.
  init(block: UnsafeMutableRawPointer) {
    unsafe self.init(function: lc_block_function(block), context: block, isCopied: false)
  }

  /// A block that is run later.
  init(copying block: UnsafeMutableRawPointer) {
    let copy = unsafe lc_real__Block_copy(block)
    unsafe self.init(
      function: copy.map { unsafe lc_block_function($0) }, context: copy, isCopied: true)
  }

  func call() { unsafe function?(context) }

  /// Gives a copied block back.
  func release() { if isCopied { unsafe lc_real__Block_release(context) } }
}
