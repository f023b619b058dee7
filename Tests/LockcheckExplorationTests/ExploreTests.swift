import Glibc
import Lockcheck
import LockcheckExploration
import Synchronization
import Testing

private struct Broken: Error, CustomStringConvertible {
  let description: String
}

@Sendable private func lostUpdates() throws {
  let count = Shared(0, name: "count")
  let threads = (0..<2).map { _ in CheckedThread { count.modify { $0 += 1 } } }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
  guard count.load() == 2 else { throw Broken(description: "count is \(count.load())") }
}

@Sendable private func lockedUpdates() throws {
  let lock = Lock(name: "lock")
  let count = Shared(0, name: "count")
  let threads = (0..<2).map { _ in
    CheckedThread { lock.withLock { count.modify { $0 += 1 } } }
  }
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
  guard count.load() == 2 else { throw Broken(description: "count is \(count.load())") }
}

/// The methods that can find something by themselves.
private let methods: [ExplorationMethod] = [
  .portfolio, .random, .walk(percent: 20), .pct(depth: 3), .pos, .urw, .surw, .reversal,
  .bounded(preemptions: 2),
]

/// How many threads the process has.
private var threadCount: Int {
  guard let tasks = unsafe opendir("/proc/self/task") else { return 0 }
  defer { unsafe closedir(tasks) }
  var count = 0
  while unsafe readdir(tasks) != nil { count += 1 }
  return count - 2
}

@Suite struct `Exploring` {
  @Test(arguments: methods)
  func `finds a lost update, shortens and replays it`(method: ExplorationMethod) throws {
    let exploration = explore(method, lostUpdates)
    let failure = try #require(exploration.failure)
    #expect(failure.failure.text == "Broken: count is 1" || failure.failure.text == "count is 1")
    #expect(failure.isRepeatable && failure.isMinimal)
    #expect(failure.schedule.preemptionCount == 1)
    let again = replay(failure.token, lostUpdates)
    #expect(again.divergence == nil)
    #expect(again.failure?.schedule == failure.schedule)
    let seeded = replay(try #require(failure.seededToken), lostUpdates)
    #expect(seeded.failure != nil)
  }

  @Test(arguments: methods)
  func `finds nothing in what is right`(method: ExplorationMethod) {
    let exploration = explore(method, iterations: 300, lockedUpdates)
    #expect(exploration.hasPassed, "\(exploration)")
    #expect(exploration.stuckThreads == 0)
  }

  @Test func `says that all is seen only of a search that has seen it`() {
    let search = explore(.bounded(preemptions: 2), iterations: 10_000, lockedUpdates)
    #expect(search.exhaustedPreemptions == 2)
    #expect(search.schedules < 10_000)
    #expect(
      explore(.bounded(preemptions: 2), iterations: 2, lockedUpdates).exhaustedPreemptions != 2)
    #expect(explore(.random, iterations: 10, lockedUpdates).exhaustedPreemptions == nil)
  }

  @Test func `tells a replay of another program from the one that failed`() throws {
    let failure = try #require(explore(.portfolio, lostUpdates).failure)
    let other = replay(failure.token, lockedUpdates)
    #expect(other.divergence != nil)
    #expect(!other.hasPassed)
  }

  @Test(arguments: ["", "lc1", "lc1:unknown:1:2", "lc2:pct3:1:2", "lc1:random:x:1"])
  func `runs nothing for a token that makes no sense`(token: String) {
    let exploration = replay(token) { Issue.record("it was run") }
    #expect(exploration.schedules == 0)
    #expect(!exploration.hasPassed)
  }

  @Test func `ends what waits for ever without sleeping`() {
    var options = ExplorationOptions()
    options.limits.steps = 2_000
    options.limits.stepsUntilFair = 1_000
    options.isMinimizing = false
    let exploration = explore(.random, iterations: 1, options: options) {
      let flag = SharedAtomic(false, name: "flag")
      let thread = CheckedThread { while !flag.load() { CheckedThread.yield() } }
      thread.start()
      thread.join()
    }
    #expect(exploration.failure?.failure.kind == .endless)
  }

  @Test func `lets a loop end that waits for another thread`() {
    var options = ExplorationOptions()
    options.limits.stepsUntilFair = 200
    let exploration = explore(iterations: 50, options: options) {
      let flag = SharedAtomic(false, name: "flag")
      let thread = CheckedThread { while !flag.load() {} }
      thread.start()
      flag.store(true)
      thread.join()
    }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `calls a wait that it does not know by that name`() {
    var options = ExplorationOptions()
    options.limits.silence = .milliseconds(200)
    let exploration = explore(iterations: 10, options: options) {
      let thread = CheckedThread(name: "reader") {
        var ends: [CInt] = [0, 0]
        unsafe pipe(&ends)
        var byte: UInt8 = 0
        _ = unsafe read(ends[0], &byte, 1)
      }
      thread.start()
      thread.join()
    }
    #expect(exploration.failure?.failure.kind == .uncontrolled)
    #expect(exploration.failure?.failure.text.contains("T1 reader") == true)
    #expect(exploration.schedules == 1)
  }

  @Test func `ends the threads that nobody waits for`() {
    let before = threadCount
    let exploration = explore(.random, iterations: 2_000) {
      let event = Event(name: "never")
      let lock = Lock(name: "lock")
      for _ in 0..<2 {
        CheckedThread(isDaemon: true) { lock.withLock { event.wait() } }.start()
      }
    }
    #expect(exploration.hasPassed && exploration.stuckThreads == 0, "\(exploration)")
    #expect(exploration.schedules == 2_000)
    // They end soon after. Others may start some meanwhile.
    for _ in 0..<10_000 where threadCount > before + 1_000 { usleep(1_000) }
    #expect(threadCount <= before + 1_000)
  }

  @Test func `claims nothing about threads that it has ended in the middle`() {
    var options = ExplorationOptions()
    options.limits.daemonSteps = 10
    let search = ExplorationMethod.bounded(preemptions: 0)
    let endless = explore(search, iterations: 1_000, options: options) {
      let flag = SharedAtomic(false, name: "flag")
      CheckedThread(isDaemon: true) { while !flag.load() {} }.start()
    }
    #expect(endless.hasPassed && endless.exhaustedPreemptions == nil, "\(endless)")
    let waiting = explore(search, iterations: 1_000, options: options) {
      let event = Event(name: "never")
      CheckedThread(isDaemon: true) { event.wait() }.start()
    }
    #expect(waiting.hasPassed && waiting.exhaustedPreemptions == 0, "\(waiting)")
  }

  @Test func `lets others come before values of threads are counted`() {
    let counts = Mutex<Set<Int>>([])
    let exploration = explore(.bounded(preemptions: 1), iterations: 1_000) {
      let local = ThreadLocal(0)
      let isOver = Event(name: "isOver")
      let threads = (0..<2).map { _ in
        CheckedThread {
          local.value += 1
          isOver.wait()
        }
      }
      for thread in threads { thread.start() }
      let count = local.threadCount
      counts.withLock { _ = $0.insert(count) }
      isOver.set()
      for thread in threads { thread.join() }
    }
    #expect(exploration.exhaustedPreemptions == 1, "\(exploration)")
    #expect(counts.withLock { $0 } == [0, 1, 2])
  }

  @Test func `explores pools, barriers and timers as they are`() {
    let exploration = explore(iterations: 200) {
      let pool = ThreadPool(workers: 2, name: "pool")
      let barrier = Barrier(parties: 2, name: "barrier")
      let sums = try [1, 2].map { number in
        try pool.submit {
          try barrier.wait()
          return number
        }
      }
      let timer = DelayedCall(after: .seconds(60)) {}
      timer.start()
      guard try sums.map({ try $0.result() }).reduce(0, +) == 3 else {
        throw Broken(description: "wrong sum")
      }
      timer.cancel()
      timer.join()
      pool.shutDown()
    }
    #expect(exploration.hasPassed, "\(exploration)")
    #expect(exploration.stuckThreads == 0)
  }

  @Test func `finds the pool that waits for itself`() throws {
    let exploration = explore {
      let pool = ThreadPool(workers: 1, name: "pool")
      let outer = try pool.submit { try pool.submit { 1 }.result() }
      _ = try outer.result()
      pool.shutDown()
    }
    #expect(exploration.failure?.failure.kind == .deadlock)
  }

  @Test func `takes a misuse for a failure`() {
    let exploration = explore { Lock(name: "lock").unlock() }
    #expect(exploration.failure?.failure.kind == .misuse)
  }

  @Test(arguments: [ExplorationMethod.portfolio, .surw, .pct(depth: 3), .bounded(preemptions: 2)])
  func `lets a sleeper wake while others go round in a loop`(method: ExplorationMethod) {
    var options = ExplorationOptions()
    options.limits.stepsUntilFair = 200
    let exploration = explore(method, iterations: 50, options: options) {
      let isDone = SharedAtomic(false, name: "isDone")
      let thread = CheckedThread {
        CheckedThread.sleep(for: .milliseconds(10))
        isDone.store(true)
      }
      thread.start()
      while !isDone.load() { CheckedThread.yield() }
      thread.join()
    }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `does not call a lock of a thread outside a deadlock`() {
    let lock = Lock(name: "outside")
    lock.lock()
    defer { lock.unlock() }
    let exploration = explore(iterations: 10) { lock.withLock {} }
    #expect(exploration.failure?.failure.kind == .uncontrolled)
  }
}
