import Lockcheck
import Testing

@testable import LockcheckLive

@Suite struct `The live lock order` {
  private static func sighting(by thread: UInt32) -> LockOrder.Sighting {
    LockOrder.Sighting(thread: thread, threadName: "thread \(thread)", heldSince: 0, takenAt: 0)
  }

  @Test func `gives a cycle out when the second thread goes round it`() {
    var order = LockOrder()
    let (ab, ba) = (LockOrder.Pair(held: 1, taken: 2), LockOrder.Pair(held: 2, taken: 1))
    #expect(order.note(ab, Self.sighting(by: 1)).isEmpty)
    #expect(order.note(ba, Self.sighting(by: 1)).isEmpty)
    #expect(order.note(ab, Self.sighting(by: 2)) == [[ba, ab]])
    #expect(order.note(ba, Self.sighting(by: 3)).isEmpty)
  }

  @Test func `gives out a cycle through three locks`() {
    var order = LockOrder()
    #expect(order.note(LockOrder.Pair(held: 1, taken: 2), Self.sighting(by: 1)).isEmpty)
    #expect(order.note(LockOrder.Pair(held: 2, taken: 3), Self.sighting(by: 2)).isEmpty)
    #expect(order.note(LockOrder.Pair(held: 3, taken: 1), Self.sighting(by: 3)).count == 1)
  }

  @Test func `is as large as the locks that there are`() {
    var order = LockOrder()
    for lock in 1...1_000 as ClosedRange<UInt32> {
      _ = order.note(LockOrder.Pair(held: lock, taken: 0), Self.sighting(by: 1))
      _ = order.note(LockOrder.Pair(held: 0, taken: lock), Self.sighting(by: 2))
      order.forget(lock)
    }
    #expect(order.pairCount == 0)
  }

  @Test(.timeLimit(.minutes(2)))
  func `is reported once per pair of sites, and nothing stops`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      for _ in 0..<3 {
        let (a, b) = (Lock(name: "A"), RWLock(name: "B"))
        started("left") { a.withLock { b.withLock {} } }.join()
        started("right") { b.withLock { a.withLock {} } }.join()
      }
    }
    let said = said(result)
    #expect(count("lockcheck: lock order: a deadlock looks possible: ", in: said) == 1)
    #expect(said.contains("  thread 'right' takes lock 'A' at\n    #0 "))
    #expect(said.contains("    while it holds rwlock 'B', taken at\n      #0 "))
    #expect(said.contains("  thread 'left' takes rwlock 'B' at\n"))
  }

  @Test(.timeLimit(.minutes(2)))
  func `says nothing of attempts, waits for a time, or one thread alone`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let (a, b) = (Lock(name: "A"), RLock(name: "B"))
      started("left") { a.withLock { b.withLock {} } }.join()
      started("trier") {
        b.lock()
        if a.lockIfAvailable() { a.unlock() }
        if try a.lock(timeout: .seconds(100)) { a.unlock() }
        b.unlock()
      }.join()
      let (c, d) = (Lock(name: "C"), Lock(name: "D"))
      c.withLock { d.withLock {} }
      d.withLock { c.withLock {} }
      let nest = RLock()
      nest.withLock { c.withLock { nest.withLock {} } }
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test(.timeLimit(.minutes(2)))
  func `can end the process`() async {
    await #expect(processExitsWith: .exitCode(3)) {
      check { $0.onLockOrder = .exit(3) }
      let (a, b) = (Lock(), Lock())
      started("left") { a.withLock { b.withLock {} } }.join()
      b.withLock { a.withLock {} }
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct `A level` {
  @Test func `is reported where a lock is not higher than one that is held`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let low = Lock(name: "low", class: "account", level: 1)
      let high = RLock(name: "high", class: "account", level: 2)
      let same = RWLock(name: "same", class: "account", level: 2)
      high.withLock { low.withLock {} }
      high.withLock { same.withSharedLock {} }
    }
    let said = said(result)
    #expect(said.contains(" takes lock 'low', of level 1 in class 'account', at\n    #0 "))
    #expect(said.contains("    while it holds rlock 'high', of level 2, taken at\n      #0 "))
    #expect(said.contains(" takes rwlock 'same', of level 2 in class 'account', at\n"))
    #expect(count("lockcheck: lock level: ", in: said) == 2)
  }

  @Test func `says nothing of higher ones, other classes, and locks without`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let low = Lock(class: "account", level: 1)
      let high = Lock(class: "account", level: 2)
      let other = Lock(class: "log", level: 0)
      let plain = Lock(class: "account")
      low.withLock { high.withLock { other.withLock { plain.withLock {} } } }
      // An attempt cannot hang.
      high.withLock { if low.lockIfAvailable() { low.unlock() } }
      // The same recursive lock again is no lock of the same level.
      let nest = RLock(class: "account", level: 3)
      nest.withLock { nest.withLock {} }
    }
    #expect(!said(result).contains("lockcheck"))
  }

  @Test func `is below none`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Lock(level: -1)
    }
    #expect(said(result).contains("lockcheck: a lock: the level -1 is negative"))
  }
}
