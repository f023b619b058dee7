import Lockcheck
import LockcheckExploration
import Synchronization
import Testing

private struct Broken: Error {}

/// Stands for a global that its first use makes. A new one is as in a new process.
private final class Global: Sendable {
  private let made = Mutex<Lock?>(nil)

  /// Whether it has been used.
  var isMade: Bool { made.withLock { $0 != nil } }

  var lock: Lock {
    made.withLock { made in
      if let made { return made }
      let new = Lock(name: "global")
      made = new
      return new
    }
  }
}

/// Loses an update in some schedules.
private func lostUpdates(_ global: Global) -> @Sendable () throws -> Void {
  {
    global.lock.withLock {}
    let count = Shared(0, name: "count")
    let threads = (0..<2).map { _ in CheckedThread { count.modify { $0 += 1 } } }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    guard count.load() == 2 else { throw Broken() }
  }
}

private let methods: [ExplorationMethod] = [
  .portfolio, .random, .pct(depth: 3), .surw, .bounded(preemptions: 2),
]

@Suite struct `Globals made on first use` {
  @Test(arguments: methods)
  func `leave tokens as good in another process`(method: ExplorationMethod) throws {
    let failure = try #require(explore(method, lostUpdates(Global())).failure)
    #expect(failure.isRepeatable)
    let again = replay(failure.token, lostUpdates(Global()))
    #expect(again.divergence == nil, "\(again)")
    #expect(again.failure?.schedule == failure.schedule)
    var options = ExplorationOptions()
    options.isMinimizing = false
    let found = try #require(explore(method, options: options, lostUpdates(Global())).failure)
    let seeded = replay(try #require(found.seededToken), lostUpdates(Global()))
    #expect(seeded.failure?.schedule == found.schedule)
  }

  @Test func `do not keep a search from seeing everything`() {
    let global = Global()
    let exploration = explore(.bounded(preemptions: 1), iterations: 10_000) {
      global.lock.withLock {}
      let lock = Lock(name: "lock")
      let threads = (0..<2).map { _ in CheckedThread { lock.withLock {} } }
      for thread in threads { thread.start() }
      for thread in threads { thread.join() }
    }
    #expect(exploration.exhaustedPreemptions == 1, "\(exploration)")
  }

  @Test(arguments: methods)
  func `may fail when they are made`(method: ExplorationMethod) throws {
    let global = Global()
    let exploration = explore(method, iterations: 10) {
      let isFirst = !global.isMade
      global.lock.withLock {}
      if isFirst { throw Broken() }
    }
    let failure = try #require(exploration.failure)
    #expect(failure.number == 1 && !failure.isRepeatable)
    #expect(failure.failure.kind == .error)
  }

  @Test func `have one run that is not counted`() {
    let runs = Mutex(0)
    let exploration = explore(.random, iterations: 10) { runs.withLock { $0 += 1 } }
    #expect(exploration.schedules == 10)
    #expect(runs.withLock { $0 } == 11)
  }
}
