import Lockcheck

/// What is wrong with a queue to steal from, as the source of CHESS' queue tells.
enum StealingBug {
  case none
  /// A push looks for one place too many, which a thief that has just begun still reads.
  case push
  /// A pop moves the tail only after it has looked at the head.
  case pop
  /// A thief moves the head only after it has looked at the tail.
  case steal
}

/// A queue whose owner works at the tail, and thieves at the head: the shape of Cilk's and CHESS'.
final class WorkStealQueue: Sendable {
  private let bug: StealingBug
  private let lock: any StealingLock
  private let head = SharedAtomic(0, name: "head")
  private let tail = SharedAtomic(0, name: "tail")
  private let mask: Shared<Int>
  private let cells: Shared<[Shared<Int>]>

  init(size: Int, bug: StealingBug, isSpinning: Bool) {
    self.bug = bug
    lock = isSpinning ? SpinLock() : Lock(name: "steal")
    mask = Shared(size - 1, name: "mask")
    cells = Shared(Self.makeCells(size), name: "cells")
  }

  private static func makeCells(_ count: Int) -> [Shared<Int>] {
    (0..<count).map { Shared(-1, name: "cell \($0)") }
  }

  private func cell(_ index: Int) -> Shared<Int> { cells.load()[index & mask.load()] }

  func steal() -> Int? {
    lock.lock()
    defer { lock.unlock() }
    let h = head.load()
    if bug != .steal { head.store(h + 1) }
    guard h < tail.load() else {
      if bug != .steal { head.store(h) }
      return nil
    }
    if bug == .steal { head.store(h + 1) }
    return cell(h).load()
  }

  func pop() -> Int? {
    let t = tail.load() - 1
    if bug != .pop { tail.store(t) }
    guard head.load() <= t else {
      tail.store(t + 1)
      return popAlone()
    }
    if bug == .pop { tail.store(t) }
    return cell(t).load()
  }

  private func popAlone() -> Int? {
    lock.lock()
    defer { lock.unlock() }
    let t = tail.load() - 1
    tail.store(t)
    var result: Int?
    if head.load() <= t { result = cell(t).load() } else { tail.store(t + 1) }
    if head.load() > t {
      head.store(0)
      tail.store(0)
      return nil
    }
    return result
  }

  func push(_ item: Int) throws {
    let t = tail.load()
    let room = mask.load() + (bug == .push ? 1 : 0)
    guard t < head.load() + room else { return try pushAlone(item) }
    cell(t).store(item)
    tail.store(t + 1)
  }

  private func pushAlone(_ item: Int) throws {
    lock.lock()
    defer { lock.unlock() }
    let start = head.load()
    let count = tail.load() - start
    let h = start & mask.load()
    head.store(h)
    tail.store(h + count)
    if count >= mask.load() { grow(from: h, count: count) }
    guard count < mask.load() else { throw Broken("no room after all") }
    let t = tail.load()
    cell(t).store(item)
    tail.store(t + 1)
  }

  private func grow(from h: Int, count: Int) {
    let larger = Self.makeCells(2 * (mask.load() + 1))
    for index in 0..<max(count, 0) { larger[index].store(cell(h + index).load()) }
    cells.store(larger)
    mask.store(larger.count - 1)
    head.store(0)
    tail.store(count)
  }
}

/// What keeps thieves apart.
private protocol StealingLock: Sendable {
  func lock()
  func unlock()
}

extension Lock: StealingLock {}

/// Tries again until it is free.
private final class SpinLock: StealingLock {
  private let isTaken = SharedAtomic(false, name: "spin lock")

  func lock() {
    while isTaken.exchange(true) { CheckedThread.yield() }
  }

  func unlock() { isTaken.store(false) }
}
