import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CB/aget`: a signal saves what was downloaded while two threads go on downloading.
  static let aget = ExplorationProgram(
    "aget", origin: "SCTBench CB/aget-bug2",
    bug: "how far each thread has come and how much there is in all are saved apart", .check
  ) { isMended in
    let lock = Lock(name: "written.lock")
    let written = Shared(0, name: "written")
    let offsets = (0..<2).map { Shared(0, name: "offset \($0)") }
    let signal = thread("signal") {
      if isMended { lock.lock() }
      defer { if isMended { lock.unlock() } }
      let all = written.load()
      let parts = offsets.reduce(0) { $0 + $1.load() }
      guard parts == all else { throw Broken("\(all) written, \(parts) in parts") }
    }
    let downloads = threads(2, "download") { number in
      for _ in 0..<2 {
        if !isMended { offsets[number].modify { $0 += 1 } }
        lock.withLock {
          if isMended { offsets[number].modify { $0 += 1 } }
          written.modify { $0 += 1 }
        }
      }
    }
    try together([signal] + downloads)
  }

  /// SCTBench's `CB/pbzip2-0.9.4`: the main thread waits for the writer of the output alone before it takes
  /// the queue away, from which a consumer wants to take once more.
  static let pbzip2 = ExplorationProgram(
    "pbzip2", origin: "SCTBench CB/pbzip2-0.9.4",
    bug: "the queue is taken away before its consumers have ended", .check
  ) { isMended in
    let work = Compression(blocks: 2)
    let consumers = threads(2, "consumer") { _ in try work.consume() }
    try together(consumers) {
      work.produce()
      try together(thread("writer") { work.write() })
      if isMended { for consumer in consumers { consumer.join() } }
      work.removeQueue()
    }
  }
}

/// Blocks on their way through a queue.
private final class Compression: Sendable {
  private let blocks: Int
  private let lock = Lock(name: "queue.lock")
  private let isFilled: Condition
  private let queue = Shared<[Int]>([], name: "queue")
  private let isAllRead = Shared(false, name: "all read")
  private let isRemoved = Shared(false, name: "removed")
  private let outputLock = Lock(name: "output.lock")
  private let isOut: Condition
  private let output = Shared(0, name: "output")

  init(blocks: Int) {
    self.blocks = blocks
    isFilled = Condition(lock: lock, name: "not empty")
    isOut = Condition(lock: outputLock, name: "output")
  }

  func produce() {
    for block in 0..<blocks {
      lock.withLock {
        queue.modify { $0.append(block) }
        isFilled.notify()
      }
    }
    lock.withLock {
      isAllRead.store(true)
      isFilled.notifyAll()
    }
  }

  func consume() throws {
    while try takeOne() {
      outputLock.withLock {
        output.modify { $0 += 1 }
        isOut.notify()
      }
    }
  }

  private func takeOne() throws -> Bool {
    guard !isRemoved.load() else { throw Broken("the queue is gone") }
    return lock.withLock {
      while queue.load().isEmpty {
        if isAllRead.load() { return false }
        isFilled.wait()
      }
      queue.modify { _ = $0.removeFirst() }
      return true
    }
  }

  func write() { outputLock.withLock { isOut.wait { output.load() == blocks } } }

  func removeQueue() { isRemoved.store(true) }
}
