import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/twostage*`: two variables are set in two sections of two locks, and the reader gets in
  /// between; in the larger ones all but one thread are writers.
  static func twoStage(threads count: Int) -> ExplorationProgram {
    let name = count == 2 ? "twostage" : "twostage_\(count)"
    return ExplorationProgram(
      name,
      origin: "SCTBench CS/\(count == 2 ? "twostage" : "twostage_100")_bad, with \(count) threads",
      bug: "the reader comes between the two sections of the first of \(count - 1) writers", .check
    ) { isMended in
      let stages = Stages()
      let all = isMended ? Lock(name: "both") : nil
      let writers = threads(count - 1, "write") { _ in
        all?.lock()
        stages.write()
        all?.unlock()
      }
      let reader = thread("read") {
        all?.lock()
        defer { all?.unlock() }
        try stages.read()
      }
      try together(writers + [reader])
    }
  }
}

/// Two variables, each with its lock.
private final class Stages: Sendable {
  private let firstLock = Lock(name: "first.lock")
  private let secondLock = Lock(name: "second.lock")
  private let first = Shared(0, name: "first")
  private let second = Shared(0, name: "second")

  func write() {
    firstLock.withLock { first.store(1) }
    secondLock.withLock { second.store(first.load() + 1) }
  }

  func read() throws {
    firstLock.lock()
    if first.load() == 0 { return firstLock.unlock() }
    let one = first.load()
    firstLock.unlock()
    let two = secondLock.withLock { second.load() }
    guard two == one + 1 else { throw Broken("the second is \(two) where the first is \(one)") }
  }
}
