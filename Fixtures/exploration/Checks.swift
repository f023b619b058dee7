import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/account`: the check expects a deposit to be taken away, and is reached when both
  /// others have come first.
  static let account = ExplorationProgram(
    "account", origin: "SCTBench CS/account_bad",
    bug: "what is checked once both are done is wrong",
    .check
  ) { isMended in
    let (x, y, z) = (1, 2, 4)
    let lock = Lock(name: "account")
    let balance = Shared(x, name: "balance")
    let hasDeposited = Shared(false, name: "deposited")
    let hasWithdrawn = Shared(false, name: "withdrawn")
    let check = thread("check") {
      try lock.withLock {
        guard hasDeposited.load() && hasWithdrawn.load() else { return }
        guard balance.load() == (isMended ? x + y : x - y) - z else {
          throw Broken("the balance is wrong")
        }
      }
    }
    let deposit = thread("deposit") {
      lock.withLock {
        balance.modify { $0 += y }
        hasDeposited.store(true)
      }
    }
    let withdraw = thread("withdraw") {
      lock.withLock {
        balance.modify { $0 -= z }
        hasWithdrawn.store(true)
      }
    }
    try together(check, deposit, withdraw)
  }

  /// SCTBench's `CS/lazy01`: what the check forbids is what comes of both others before it.
  static let lazy01 = ExplorationProgram(
    "lazy01", origin: "SCTBench CS/lazy01_bad", bug: "both others can come before the check", .check
  ) { isMended in
    let lock = Lock(name: "data.lock")
    let data = Shared(0, name: "data")
    try together(
      thread("one") { lock.withLock { data.modify { $0 += 1 } } },
      thread("two") { lock.withLock { data.modify { $0 += 2 } } },
      thread("check") {
        try lock.withLock {
          guard data.load() < (isMended ? 4 : 3) else { throw Broken("both have come first") }
        }
      })
  }

  /// SCTBench's `CS/token_ring`: three threads pass a number on, in whatever order they come.
  static let tokenRing = ExplorationProgram(
    "token_ring", origin: "SCTBench CS/token_ring_bad", bug: "nothing orders who passes on", .check
  ) { isMended in
    let lock = Lock(name: "atomic")
    let x = [1, 2, 1].map { Shared($0, name: "x") }
    let isDone = (1...3).map { Shared(false, name: "flag \($0)") }
    let pass = (0..<3).map { number in
      thread("pass \(number)") {
        lock.withLock {
          let before = x[(number + 2) % 3].load()
          x[number].store(number == 0 ? (before + 1) % 4 : before)
          isDone[number].store(true)
        }
      }
    }
    let check = thread("check") {
      try lock.withLock {
        guard isDone[0].load() && isDone[1].load() && isDone[2].load() else { return }
        guard x[0].load() == x[1].load() && x[1].load() == x[2].load() else {
          throw Broken("the numbers differ")
        }
      }
    }
    if !isMended { return try together(pass + [check]) }
    for thread in pass { try together(thread) }
    try together(check)
  }

  /// SCTBench's `CS/fsbench`: 27 threads take one of 26 locks each, the last of them none that is there,
  /// in every schedule.
  static let fsbench = ExplorationProgram(
    "fsbench", origin: "SCTBench CS/fsbench_bad", bug: "there is a lock too few", .check
  ) { isMended in
    let (blockCount, inodeCount, threadCount) = (26, 32, 27)
    let inodeLocks = (0..<(isMended ? inodeCount : blockCount)).map { Lock(name: "inode \($0)") }
    let blockLocks = (0..<blockCount).map { Lock(name: "block \($0)") }
    let isBusy = (0..<blockCount).map { Shared(false, name: "busy \($0)") }
    let inodes = (0..<inodeCount).map { Shared(0, name: "inode \($0)") }
    let users = threads(threadCount, "user") { number in
      guard inodeLocks.indices.contains(number) else { throw Broken("no such lock") }
      inodeLocks[number].withLock {
        guard inodes[number].load() == 0 else { return }
        for step in 0..<blockCount / 2 {
          let block = (number * 2 + step) % blockCount
          let isMine = blockLocks[block].withLock {
            if isBusy[block].load() { return false }
            isBusy[block].store(true)
            inodes[number].store(block + 1)
            return true
          }
          if isMine { return }
        }
      }
    }
    try together(users)
  }

  /// SCTBench's `CS/din_phil3_sat`: the count of those who have eaten reaches all of them, which the check
  /// forbids, unless two of them count at the same time.
  static let diningCount = ExplorationProgram(
    "din_phil3", origin: "SCTBench CS/din_phil3_sat", bug: "all can have eaten", .check,
    isMendable: false
  ) { _ in
    let count = 3
    let atomic = Lock(name: "atomic")
    let forks = (0..<count).map { Lock(name: "fork \($0)") }
    let fed = Shared(0, name: "fed")
    let philosophers = threads(count, "philosopher") { number in
      atomic.withLock { forks[(number + 1) % count].withLock { forks[number].withLock {} } }
      fed.modify { $0 += 1 }
      guard fed.load() != count else { throw Broken("all have eaten") }
    }
    try together(philosophers)
  }

  /// SCTBench's `CS/bluetooth_driver`: a request has seen that the driver is not being stopped, and counts
  /// itself only after the driver has stopped.
  static let bluetoothDriver = ExplorationProgram(
    "bluetooth_driver", origin: "SCTBench CS/bluetooth_driver_bad",
    bug: "a request looks whether it may begin, and counts itself, in two steps", .check
  ) { isMended in
    let driver = Driver()
    try together(thread("stop") { driver.stop() }) {
      if isMended { return try driver.addAtOnce() }
      try driver.add()
    }
  }
}

/// A driver with requests under way.
private final class Driver: Sendable {
  private let atomic = Lock(name: "atomic")
  private let pending = Shared(1, name: "pending")
  private let isStopping = Shared(false, name: "stopping flag")
  private let mayStop = Shared(false, name: "stopping event")
  private let isStopped = Shared(false, name: "stopped")

  func stop() {
    isStopping.store(true)
    end()
    if mayStop.load() { isStopped.store(true) }
  }

  func add() throws {
    defer { end() }
    if isStopping.load() { return }
    atomic.withLock { pending.modify { $0 += 1 } }
    try work()
  }

  func addAtOnce() throws {
    let hasBegun = atomic.withLock {
      // Whoever finds nobody pending any more is too late, whatever the flag says.
      if isStopping.load() || pending.load() == 0 { return false }
      pending.modify { $0 += 1 }
      return true
    }
    guard hasBegun else { return }
    defer { end() }
    try work()
  }

  private func work() throws {
    guard !isStopped.load() else { throw Broken("at work after the driver has stopped") }
  }

  private func end() {
    let left = atomic.withLock {
      pending.modify { $0 -= 1 }
      return pending.load()
    }
    if left == 0 { mayStop.store(true) }
  }
}
