import Lockcheck

extension ExplorationProgram {
  /// The ConTest benchmark `Account`: who pays locks his own account, and not the one that gets the money.
  static let transfer = ExplorationProgram(
    "account_transfer", origin: "ConTest Account",
    bug: "an amount is changed under the lock of another account", .check
  ) { isMended in
    let monitors = (0..<2).map { RLock(name: "account \($0)") }
    let amounts = (0..<2).map { Shared(100, name: "amount \($0)") }
    let managers = threads(2, "manager") { number in
      let other = 1 - number
      // Mended, both are locked, in one order.
      let locks = isMended ? monitors : [monitors[number]]
      for lock in locks { lock.lock() }
      amounts[number].modify { $0 -= 30 }
      amounts[other].modify { $0 += 30 }
      for lock in locks { lock.unlock() }
    }
    try together(managers)
    guard amounts[0].load() == 100 && amounts[1].load() == 100 else {
      throw Broken("money has come or gone")
    }
  }

  /// The ConTest benchmark `Airline`: a seller has looked whether sales are closed, and sells after the
  /// last seat is gone.
  static let airline = ExplorationProgram(
    "airline", origin: "ConTest Airline", bug: "a seat is looked for and sold in two steps", .check
  ) { isMended in
    let capacity = 3
    let lock = isMended ? Lock(name: "sales") : nil
    let sold = Shared(0, name: "sold")
    let isClosed = Shared(false, name: "closed")
    let sellers = threads(capacity + 1, "seller") { _ in
      lock?.lock()
      defer { lock?.unlock() }
      if isClosed.load() { return }
      sold.modify { $0 += 1 }
      if sold.load() >= capacity { isClosed.store(true) }
    }
    try together(sellers)
    guard sold.load() <= capacity else { throw Broken("\(sold.load()) of \(capacity) seats sold") }
  }

  /// The ConTest benchmark `PingPong`: a player is there when it is looked for, and gone when it is to
  /// play.
  static let pingPong = ExplorationProgram(
    "pingpong", origin: "ConTest PingPong",
    bug: "another thread takes the player away for a moment",
    .check
  ) { isMended in
    let lock = isMended ? Lock(name: "court") : nil
    let player = Shared<Int?>(0, name: "player")
    let games = threads(3, "game") { number in
      lock?.lock()
      defer { lock?.unlock() }
      guard player.load() != nil else { throw Broken("nobody to play with") }
      player.store(nil)
      player.store(number)
    }
    try together(games)
  }

  /// NASA's Remote Agent, as told with Java PathFinder: each of two tasks compares the count of an event
  /// with what it has seen, and waits, without a lock around both.
  static let remoteAgent = ExplorationProgram(
    "remote_agent", origin: "Java PathFinder's oldclassic, after NASA's Remote Agent",
    bug: "an event comes between the look at its count and the wait", .deadlock
  ) { isMended in
    let events = (0..<2).map { CountedEvent("event \($0)") }
    let tasks = threads(2, "task") { number in
      var seen = 0
      for _ in 0..<2 {
        if number == 1 { events[0].signal() }
        events[number].wait(past: seen, isWhole: isMended)
        seen = events[number].count.load()
        if number == 0 { events[1].signal() }
      }
      // Nobody is left alone at the end.
      events[1 - number].signal()
    }
    try together(tasks)
  }
}

/// An event that counts how often it has come.
private final class CountedEvent: Sendable {
  private let condition: Condition
  let count: Shared<Int>

  init(_ name: String) {
    condition = Condition(name: name)
    count = Shared(0, name: "\(name).count")
  }

  func signal() {
    condition.withLock {
      count.modify { $0 += 1 }
      condition.notifyAll()
    }
  }

  /// Waits for it to come, if it has come no more often than `seen`.
  func wait(past seen: Int, isWhole: Bool) {
    if isWhole { return condition.withLock { condition.wait { count.load() > seen } } }
    if count.load() == seen { condition.withLock { condition.wait() } }
  }
}
