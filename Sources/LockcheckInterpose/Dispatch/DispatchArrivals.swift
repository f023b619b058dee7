import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// What is handed to a queue of Dispatch's, as it is recorded: an item that is put, got at the beginning of its run,
/// and done at the end.
///
/// A queue runs things in the order in which they came, which its lock says nothing about. A serial queue hands
/// a turn from the end of one item to the beginning of the next. Whoever waits for a call joins the items
/// that are there, if there are any, instead: calls alone have no order but that of the lock. On a concurrent
/// queue a barrier joins all, and all others join the barriers, which are items of a second queue besides.
///
/// All this stands outside the lock, so that it does not look like a wait under it.
enum DispatchArrivals {
  typealias Pointer = UnsafeMutableRawPointer

  /// How something comes to its queue.
  enum Arrival {
    /// It was handed over under this number.
    case item(UInt64)
    /// Its caller waits for it.
    case call
    /// In no order with others, as what a target queue runs for another.
    case unordered
  }

  /// Beside the queue's lock: see ``DispatchQueues``.
  private static func items(of queue: Pointer) -> Pointer { unsafe queue + 4 }
  private static func barriers(of queue: Pointer) -> Pointer { unsafe queue + 12 }
  private static func turns(of queue: Pointer) -> Pointer { unsafe queue + 16 }

  static func end(_ queue: Pointer) {
    unsafe Instances.end(items(of: queue))
    unsafe Instances.end(barriers(of: queue))
    unsafe Instances.end(turns(of: queue))
  }

  private static func queue(at address: Pointer, of queue: Pointer) -> Instances.Reference? {
    if let known = unsafe Instances.known(at: address) { return unsafe known }
    return unsafe Instances.begin(
      UInt(bitPattern: address), as: .queue, name: DispatchQueues.label(of: queue),
      frame: lc_frame_address())
  }

  private static func append(
    _ operation: Operation, item: UInt64 = .max, to object: Instances.Reference?, stack: UInt32
  ) {
    guard let object = unsafe object, unsafe object.pointee.kind == .queue else { return }
    unsafe object.pointee.object.append(
      .done(operation), argument: item, order: .ofObject, stack: stack)
  }

  /// Records that something is handed over.
  ///
  /// - Returns: Its number.
  static func put(
    into queue: Pointer, _ place: DispatchWork.Place = .shared, stack: UInt32
  ) -> UInt64 {
    let item = lc_next_item()
    unsafe append(
      .put, item: item, to: Self.queue(at: items(of: queue), of: queue), stack: stack)
    if unsafe place == .alone && DispatchQueues.isConcurrent(queue) {
      unsafe append(
        .put, item: item, to: Self.queue(at: barriers(of: queue), of: queue), stack: stack)
    }
    return item
  }

  /// Records that it begins to run.
  static func begin(
    _ arrival: Arrival, on queue: Pointer, _ place: DispatchWork.Place, stack: UInt32
  ) {
    if case .item(let item) = arrival {
      unsafe append(
        .get, item: item, to: Self.queue(at: items(of: queue), of: queue), stack: stack)
    }
    switch arrival {
    case .item where unsafe !DispatchQueues.isConcurrent(queue):
      unsafe append(.get, to: Instances.known(at: turns(of: queue)), stack: stack)
    case .item, .call:
      let waitsForAll = unsafe place == .alone || !DispatchQueues.isConcurrent(queue)
      let before = unsafe waitsForAll ? items(of: queue) : barriers(of: queue)
      unsafe append(.queueJoin, to: Instances.known(at: before), stack: stack)
    case .unordered: break
    }
  }

  /// Records that it has run.
  static func finish(
    _ arrival: Arrival, on queue: Pointer, _ place: DispatchWork.Place, stack: UInt32
  ) {
    guard case .item = arrival else { return }
    unsafe append(.taskDone, to: Instances.known(at: items(of: queue)), stack: stack)
    if unsafe !DispatchQueues.isConcurrent(queue) {
      unsafe append(.put, to: Self.queue(at: turns(of: queue), of: queue), stack: stack)
    } else if place == .alone {
      unsafe append(.taskDone, to: Instances.known(at: barriers(of: queue)), stack: stack)
    }
  }

  /// Records that what another thread put in answer to a call is here, in no order with what is handed over.
  static func take(_ answer: UInt64, from queue: Pointer, stack: UInt32) {
    let items = unsafe Instances.known(at: items(of: queue))
    unsafe append(.get, item: answer, to: items, stack: stack)
    unsafe append(.taskDone, to: items, stack: stack)
  }
}
