import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `inspect/qsort_mt`: a thread of the pool is told that it has work before it is told which,
  /// and both under different locks.
  static let qsort = ExplorationProgram(
    "qsort_mt", origin: "SCTBench inspect_benchmarks/qsort_mt",
    bug: "a thread of the pool sees that there is work before it is there", .check
  ) { isMended in
    let sort = ParallelSort(elements: 8, threads: 2, isMended: isMended)
    try together(sort.pool()) { sort.begin() }
    try sort.check()
  }

  /// SCTBench's `inspect/ctrace-test`: one thread ends the library that another still uses.
  static let ctrace = ExplorationProgram(
    "ctrace-test", origin: "SCTBench inspect_examples/ctrace-test",
    bug: "a thread ends the library while others use it", .check
  ) { isMended in
    let lock = Lock(name: "hash.lock")
    let table = Semaphore(value: 1, name: "hash")
    let readers = Shared(0, name: "readers")
    let isOpen = Shared(true, name: "open")
    let end: @Sendable () -> Void = { table.withPermit { isOpen.store(false) } }
    let trace: @Sendable () throws -> Void = {
      lock.withLock {
        if readers.load() == 0 { table.acquire() }
        readers.modify { $0 += 1 }
      }
      guard isOpen.load() else { throw Broken("the library has ended") }
      lock.withLock {
        readers.modify { $0 -= 1 }
        if readers.load() == 0 { table.release() }
      }
    }
    try together(thread("end") { if !isMended { end() } }, thread("idle") {}) {
      for _ in 0..<2 { try trace() }
    }
    if isMended { end() }
  }
}

/// A pool that sorts: each thread sorts its part, the left half of which it may give away.
private final class ParallelSort: Sendable {
  private let isMended: Bool
  private let allocation = Lock(name: "allocate")
  private let idle: Shared<Int>
  private let workers: [Worker]
  private let isSorted: [Shared<Bool>]

  init(elements: Int, threads count: Int, isMended: Bool) {
    self.isMended = isMended
    idle = Shared(count, name: "idle threads")
    workers = (0..<count).map { Worker($0) }
    isSorted = (0..<elements).map { Shared(false, name: "element \($0)") }
  }

  func pool() -> [CheckedThread] {
    threads(workers.count, "sort") { number in self.serve(self.workers[number]) }
  }

  /// Hands the first part out.
  func begin() {
    workers[0].lock.withLock {
      workers[0].part.store(0..<isSorted.count)
      workers[0].state.store(.work)
      idle.modify { $0 -= 1 }
      workers[0].changed.notify()
    }
  }

  func check() throws {
    for element in isSorted where !element.load() { throw Broken("not all is sorted") }
  }

  private func serve(_ worker: Worker) {
    while true {
      worker.lock.withLock { worker.changed.wait { worker.state.load() != .idle } }
      if worker.state.load() == .end { return }
      sort(worker)
      let isLast = allocation.withLock {
        worker.state.store(.idle)
        idle.modify { $0 += 1 }
        guard idle.load() == workers.count else { return false }
        for other in workers where other !== worker { other.tell(.end) }
        return true
      }
      if isLast { return }
    }
  }

  private func sort(_ worker: Worker) {
    let part = worker.part.load()
    guard part.count > 4 else { return part.forEach { isSorted[$0].store(true) } }
    let middle = part.lowerBound + part.count / 2
    let left = part.lowerBound..<middle
    if let other = allocate() {
      other.part.store(left)
      if isMended { other.state.store(.work) }
      other.changed.notify()
      other.lock.unlock()
    } else {
      left.forEach { isSorted[$0].store(true) }
    }
    (middle..<part.upperBound).forEach { isSorted[$0].store(true) }
  }

  /// An idle thread of the pool, with its lock held.
  private func allocate() -> Worker? {
    allocation.withLock {
      for worker in workers where worker.state.load() == .idle {
        idle.modify { $0 -= 1 }
        if !isMended { worker.state.store(.work) }
        worker.lock.lock()
        return worker
      }
      return nil
    }
  }

  final class Worker: Sendable {
    enum State { case idle, work, end }

    let lock: Lock
    let changed: Condition
    let state = Shared(State.idle, name: "state")
    let part = Shared(0..<0, name: "part")

    init(_ number: Int) {
      lock = Lock(name: "worker \(number)")
      changed = Condition(lock: lock, name: "worker \(number).changed")
    }

    func tell(_ new: State) {
      lock.withLock {
        state.store(new)
        changed.notify()
      }
    }
  }
}
