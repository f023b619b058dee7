import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Pool120`: the evictor makes an object to have one idle, and before it is in the pool a
  /// borrower makes one of its own.
  static let pool120 = ExplorationProgram(
    "pool120", origin: "JaConTeBe Test120: GenericObjectPool.addObject and borrowObject",
    bug: "an object that is being made is not counted", .check
  ) { isMended in
    let most = 2
    let pool = RLock(name: "pool")
    let (active, idle) = (Shared(1, name: "active"), Shared(0, name: "idle"))
    let objects = SharedAtomic(1, name: "objects")
    let make: @Sendable () throws -> Void = {
      guard objects.wrappingAdd(1) <= most else { throw Broken("too many active instances") }
    }
    let evict = thread("evict") {
      if isMended { pool.lock() }
      defer { if isMended { pool.unlock() } }
      let hasRoom = pool.withLock { idle.load() == 0 && active.load() + idle.load() < most }
      guard hasRoom else { return }
      try make()
      pool.withLock { idle.modify { $0 += 1 } }
    }
    let borrow = thread("borrow") {
      try pool.withLock {
        if idle.load() > 0 {
          idle.modify { $0 -= 1 }
        } else if active.load() < most {
          try make()
        }
        active.modify { $0 += 1 }
      }
    }
    try together(evict, borrow)
  }

  /// JaConTeBe's `Test149`: a borrower finds nothing, and before it waits at its latch that is notified.
  static let pool149 = ExplorationProgram(
    "pool149", origin: "JaConTeBe Test149: GenericObjectPool.allocate",
    bug: "a latch is notified before its owner waits", .deadlock
  ) { isMended in
    let most = 1
    let pool = RLock(name: "pool")
    let latch = Condition(name: "latch")
    let (active, queued) = (Shared(most, name: "active"), Shared(0, name: "queued"))
    let mayCreate = Shared(false, name: "latch.mayCreate")
    let allocate: @Sendable () -> Void = {
      pool.withLock {
        guard queued.load() > 0, active.load() < most else { return }
        queued.modify { $0 -= 1 }
        latch.withLock {
          mayCreate.store(true)
          latch.notify()
        }
      }
    }
    let borrow = thread("borrow") {
      pool.withLock { queued.modify { $0 += 1 } }
      allocate()
      if isMended { return latch.withLock { latch.wait { mayCreate.load() } } }
      if !mayCreate.load() { latch.withLock { latch.wait() } }
    }
    let invalidate = thread("invalidate") {
      pool.withLock { active.modify { $0 -= 1 } }
      allocate()
    }
    try together(borrow, invalidate)
  }
}
