import Lockcheck
import LockcheckTestKit
import Testing

@Suite struct `A lock` {
  @Test func `that may be handed over is free after any thread's release`() {
    let lock = Lock(handover: true)
    lock.lock()
    elsewhere { lock.unlock() }
    #expect(!lock.isLocked)
  }

  @Test func `that may be handed over wakes who waits when another thread releases it`() {
    let lock = Lock(handover: true)
    lock.lock()
    let waiter = started { lock.lock() }
    #expect(eventually { lock.isContended })
    elsewhere { lock.unlock() }
    #expect(ends(waiter))
    #expect(lock.isLocked)
    lock.unlock()
  }

  @Test func `that may be handed over can be taken twice, once another thread gives it back`() {
    let lock = Lock(handover: true)
    let thread = started {
      lock.lock()
      lock.lock()
      lock.unlock()
    }
    #expect(eventually { lock.isContended })
    lock.unlock()
    #expect(ends(thread))
    #expect(!lock.isLocked)
  }

  @Test func `answers to NSLock's names`() {
    let lock = Lock()
    #expect(lock.name == nil)
    lock.name = "cache"
    #expect(lock.name == "cache")
    #expect(lock.try())
    #expect(!lock.try())
    lock.unlock()
  }

  @Test func `hands a value out of withLock that cannot be copied`() {
    struct Ticket: ~Copyable { let number: Int }
    let lock = Lock()
    let ticket = lock.withLock { Ticket(number: 7) }
    #expect(ticket.number == 7)
  }

  @Test func `can be destroyed while it is held`() {
    weak var gone: Lock?
    do {
      let lock = Lock()
      lock.lock()
      gone = lock
    }
    #expect(gone == nil)
  }
}

@Suite struct `A read-write lock` {
  @Test func `lets readers in together and keeps writers out`() {
    let lock = RWLock()
    lock.lockShared()
    #expect(elsewhere { lock.withSharedLock { lock.isLocked } })
    #expect(!elsewhere { lock.lockIfAvailable() })
    lock.unlockShared()
    #expect(!lock.isLocked)
  }

  @Test func `keeps readers out while a writer is in`() throws {
    let lock = RWLock()
    lock.lock()
    #expect(!elsewhere { lock.lockSharedIfAvailable() })
    #expect(
      try elsewhere { Result { try lock.lockShared(timeout: .milliseconds(1)) } }.get() == false)
    lock.unlock()
    #expect(elsewhere { lock.lockSharedIfAvailable() })
  }

  @Test func `keeps new readers out while a writer waits, and lets them in after it`() {
    let lock = RWLock()
    lock.lockShared()
    let writer = started { lock.withLock {} }
    #expect(eventually { lock.waitingCount == 1 })
    #expect(!elsewhere { lock.lockSharedIfAvailable() })
    let reader = started { lock.withSharedLock {} }
    #expect(eventually { lock.waitingCount == 2 })
    lock.unlockShared()
    #expect(end([writer, reader]))
    #expect(!lock.isLocked)
  }

  @Test func `lets waiting readers in when the waiting writer gives up`() {
    let lock = RWLock()
    lock.lockShared()
    let gaveUp = SharedAtomic(false)
    let writer = started { gaveUp.store(try !lock.lock(timeout: .milliseconds(300))) }
    let reader = started { lock.withSharedLock {} }
    #expect(end([writer, reader]))
    #expect(gaveUp.load())
    lock.unlockShared()
    #expect(!lock.isLocked)
  }

  @Test func `lets writers in in order of arrival`() {
    let lock = RWLock()
    let order = Queue<Int>()
    lock.lock()
    let writers = (0..<5).map { number in
      let writer = started { try lock.withLock { try order.put(number) } }
      #expect(eventually { lock.waitingCount == number + 1 })
      return writer
    }
    lock.unlock()
    #expect(end(writers))
    #expect((0..<5).map { _ in try? order.tryGet() } == [0, 1, 2, 3, 4])
  }

  @Test func `refuses to give back a mode in which the caller does not hold it`() {
    let lock = RWLock()
    lock.lockShared()
    lock.unlock()
    #expect(lock.isLocked)
    elsewhere { lock.unlockShared() }
    #expect(lock.isLocked)
    lock.unlockShared()
    #expect(!lock.isLocked)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `never has a writer beside anybody`(seed: UInt64) {
    let lock = RWLock()
    let inside = SharedAtomic(0)
    let wrong = SharedAtomic(0)
    let threads = (0..<4).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ UInt64(number))
        for _ in 0..<1000 {
          let timeout: Duration? = Bool.random(using: &random) ? nil : .microseconds(30)
          if Int.random(in: 0..<3, using: &random) == 0 {
            guard try lock.lock(timeout: timeout) else { continue }
            if inside.wrappingAdd(1000) != 1000 { wrong.wrappingAdd(1) }
            inside.wrappingAdd(-1000)
            lock.unlock()
          } else {
            guard try lock.lockShared(timeout: timeout) else { continue }
            if inside.wrappingAdd(1) >= 1000 { wrong.wrappingAdd(1) }
            inside.wrappingAdd(-1)
            lock.unlockShared()
          }
        }
      }
    }
    #expect(end(threads))
    #expect(wrong.load() == 0)
    #expect(!lock.isLocked)
    #expect(lock.waitingCount == 0)
  }
}
