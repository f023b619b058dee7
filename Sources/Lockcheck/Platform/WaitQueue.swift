internal import LockcheckTrace
internal import Synchronization

/// One thread's wait for one thing: a word of its own to sleep on, and a place in a queue.
///
/// Made when a thread is about to block, which costs far more than the allocation. Being an object,
/// it is still there when the waker wakes it, however quickly its thread has gone on.
final class Waiter: @unchecked Sendable {
  /// Who waits.
  let thread: ThreadNumber
  /// What the thread wants, where its queue makes a difference.
  let mode: LockMode

  private let word = FutexWord(Waiter.asleep)
  // Touched only under the guard of the primitive whose queue it is in; `next`, once it is out, by the
  // waker.
  fileprivate var next: Waiter?
  fileprivate var previous: Waiter?
  fileprivate(set) var isQueued = false

  private static var asleep: UInt32 { 0 }
  private static var woken: UInt32 { 1 }
  private static var refused: UInt32 { 2 }

  init(_ thread: ThreadNumber, mode: LockMode = .exclusive) {
    self.thread = thread
    self.mode = mode
  }

  /// Whether the thread may go on.
  var isWoken: Bool { word.bits.load(ordering: .acquiring) == Self.woken }

  /// Lets the thread go on. Called once, by whoever took the waiter out of its queue.
  func wake() {
    word.bits.store(Self.woken, ordering: .releasing)
    word.wakeOne()
  }

  /// Has the thread give up, unless it has been woken. Called by anybody, as often as he likes.
  func refuse() {
    let (isRefused, _) = word.bits.compareExchange(
      expected: Self.asleep, desired: Self.refused, ordering: .relaxed)
    if isRefused { word.wakeOne() }
  }

  /// Sleeps until ``wake()``.
  ///
  /// - Returns: False past the deadline, and after ``refuse()``. A waker may have come in the same moment:
  ///   only the queue, asked under its guard, knows (see ``WaitQueue/remove(_:)``).
  func block(until deadline: Deadline) -> Bool {
    while !isWoken {
      if word.bits.load(ordering: .relaxed) == Self.refused { return false }
      guard word.wait(while: Self.asleep, until: deadline) else { return false }
    }
    return true
  }
}

/// Threads that wait, in order of arrival.
///
/// Belongs to a primitive and is touched only under its guard. Who takes a waiter out has decided its
/// fate: a waker that pops it has given it what it waited for, and a thread that removes itself has
/// given up. Since both happen under the guard, a wakeup and a timeout that meet are never both lost
/// nor both counted.
struct WaitQueue: ~Copyable {
  private var first: Waiter?
  private var last: Waiter?
  /// How many wait.
  private(set) var count = 0

  /// Whether nobody waits.
  var isEmpty: Bool { first == nil }

  /// Who waits, by the kernel's numbers, longest first.
  var threads: [UInt32] {
    var threads: [UInt32] = []
    var next = first
    while let waiter = next {
      threads.append(waiter.thread.rawValue)
      next = waiter.next
    }
    return threads
  }

  /// Puts a waiter behind all others.
  mutating func append(_ waiter: Waiter) {
    waiter.isQueued = true
    waiter.previous = last
    if let last { last.next = waiter } else { first = waiter }
    last = waiter
    count += 1
  }

  /// Puts a waiter before all others: it was woken, and came too late.
  mutating func prepend(_ waiter: Waiter) {
    waiter.isQueued = true
    waiter.next = first
    if let first { first.previous = waiter } else { last = waiter }
    first = waiter
    count += 1
  }

  /// Takes out the one that has waited longest.
  mutating func popFirst() -> Waiter? {
    guard let waiter = first else { return nil }
    unlink(waiter)
    return waiter
  }

  /// Takes out a waiter that gives up.
  ///
  /// - Returns: False when a waker was there before: the waiter has got what it waited for.
  mutating func remove(_ waiter: Waiter) -> Bool {
    guard waiter.isQueued else { return false }
    unlink(waiter)
    return true
  }

  /// Both links of a waiter that leaves are cut: two neighbours own each other while they wait.
  private mutating func unlink(_ waiter: Waiter) {
    if let previous = waiter.previous { previous.next = waiter.next } else { first = waiter.next }
    if let next = waiter.next { next.previous = waiter.previous } else { last = waiter.previous }
    waiter.next = nil
    waiter.previous = nil
    waiter.isQueued = false
    count -= 1
  }
}

/// Waiters that were taken out of their queue under a guard, to be woken once it is free again.
///
/// They are chained by the link that the queue has cut, so that nothing is allocated under the guard.
struct Wakeups: ~Copyable {
  private var first: Waiter?
  private var last: Waiter?

  /// Adds one, which is in no queue.
  mutating func add(_ waiter: Waiter) {
    if let last { last.next = waiter } else { first = waiter }
    last = waiter
  }

  /// Adds whoever waits in `queue`, up to `limit` of them, longest first.
  mutating func add(from queue: inout WaitQueue, upTo limit: Int = .max) {
    var left = limit
    while left > 0, let waiter = queue.popFirst() {
      add(waiter)
      left -= 1
    }
  }

  /// Wakes them in order.
  consuming func wake() {
    var next = first
    while let waiter = next {
      // First, since the thread that is woken may go on and end; and so that a long chain is not
      // given back link by link from inside.
      next = waiter.next
      waiter.next = nil
      waiter.wake()
    }
  }
}
