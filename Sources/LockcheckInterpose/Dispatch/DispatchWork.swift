import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Work that is handed to a queue and run later, by whatever thread.
@safe final class DispatchWork: DispatchHandler, @unchecked Sendable {
  /// How it runs on its queue.
  enum Place {
    case shared
    case alone

    var mode: LockMode { self == .alone ? .exclusive : .shared }
  }

  private let body: DispatchBody
  private let queue: DispatchQueues.Pointer
  /// The queue's own, as it is when the work is handed over: what comes earlier runs under it, whatever
  /// is said meanwhile.
  private let target: DispatchQueues.Pointer?
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
    unsafe target = DispatchQueues.target(of: queue)
    self.place = place
    self.group = group
    stack = CapturedStack.number(frame: frame)
    item = unsafe DispatchArrivals.put(into: queue, place, stack: stack)
    group.enter(stack: stack)
  }

  /// What Dispatch is given to run.
  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }
  static let function: lc_work = { context in
    guard let context = unsafe context else { return }
    unsafe Unmanaged<DispatchWork>.fromOpaque(context).takeRetainedValue().run(0, 0, 0)
  }

  override func run(_ a: UInt, _ b: UInt, _ c: UInt) {
    group.pass(stack: stack)
    unsafe DispatchQueues.run(.item(item), on: queue, place, target: target, stack: stack) {
      body.call()
      // What ends with the block ends on its queue.
      body.release()
    }
    group.leave(stack: stack)
  }
}
