import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CS/twostage*`: two variables are set in two sections of two locks, and a reader gets in
  /// between. How many of the threads write and how many read is as in the suite that the larger ones were
  /// published with, PERIOD's: 10 and 10, 40 and 10, and 99 and 1.
  static func twoStage(writers: Int, readers: Int) -> ExplorationProgram {
    let count = writers + readers
    let name = count == 2 ? "twostage" : "twostage_\(count)"
    return ExplorationProgram(
      name,
      origin: "SCTBench CS/\(name)_bad, with \(writers) writing and \(readers) reading",
      bug: "a reader comes between the two sections of the first of \(writers) writers", .check
    ) { isMended in
      let stages = Stages()
      let all = isMended ? Lock(name: "both") : nil
      let writers = threads(writers, "write") { _ in
        all?.lock()
        stages.write()
        all?.unlock()
      }
      let readers = threads(readers, "read") { _ in
        all?.lock()
        defer { all?.unlock() }
        try stages.read()
      }
      try together(writers + readers)
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
