import Dispatch
import Glibc
import Lockcheck
import LockcheckExploration
import Synchronization
import Testing

/// Never over while somebody who could wait for it lives.
private let forEver = Duration.seconds(86_400)

/// A wait of a controlled thread, and what a thread outside does to end it.
private struct Wait: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let make:
    @Sendable () throws -> (
      wait: @Sendable () throws -> Void, end: @Sendable () -> Void
    )

  static let all = [
    Wait(testDescription: "for something in a queue") {
      let queue = Queue<Int>(name: "queue")
      return ({ _ = try queue.get() }, { _ = try? queue.put(1) })
    },
    Wait(testDescription: "for a permit") {
      let semaphore = Semaphore(value: 0, name: "semaphore")
      return ({ semaphore.acquire() }, { semaphore.release() })
    },
    Wait(testDescription: "for an event") {
      let event = Event(name: "event")
      return ({ event.wait() }, { event.set() })
    },
    Wait(testDescription: "for a condition") {
      let condition = Condition(name: "condition")
      let isDone = Shared(false, name: "isDone")
      return (
        { condition.withLock { while !isDone.load() { condition.wait() } } },
        {
          condition.withLock {
            isDone.store(true)
            condition.notifyAll()
          }
        }
      )
    },
    Wait(testDescription: "for a future") {
      let future = Future<Int>()
      return ({ _ = try future.result() }, { try? future.complete(with: .success(1)) })
    },
  ]
}

private func options(
  silence: Duration = forEver, outsidePatience: Duration = .milliseconds(50)
) -> ExplorationOptions {
  var options = ExplorationOptions()
  options.limits.silence = silence
  options.limits.outsidePatience = outsidePatience
  return options
}

/// Runs `body` on a thread of the system's that nobody knows of.
private func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Package: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let package = unsafe Unmanaged.passRetained(Package(body))
  let result = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      unsafe Unmanaged<Package>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, package.toOpaque())
  precondition(result == 0)
  pthread_detach(thread)
}

@Suite struct `Threads outside a schedule` {
  @Test(arguments: Wait.all)
  fileprivate func `end waits from a dispatch queue`(wait: Wait) {
    let exploration = explore(.random, iterations: 20, options: options()) {
      let (wait, end) = try wait.make()
      DispatchQueue.global().async { end() }
      try wait()
    }
    #expect(exploration.hasPassed, "\(exploration)")
    #expect(exploration.stuckThreads == 0)
  }

  @Test(arguments: Wait.all)
  fileprivate func `end waits after a long time`(wait: Wait) {
    let exploration = explore(.random, iterations: 2, options: options()) {
      let (wait, end) = try wait.make()
      startThread {
        usleep(100_000)
        end()
      }
      let waiter = CheckedThread { try wait() }
      waiter.start()
      waiter.join()
    }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `take part in a longer exchange`() {
    let exploration = explore(iterations: 20, options: options()) {
      let questions = Queue<Int>(name: "questions")
      let answers = Queue<Int>(name: "answers")
      startThread {
        while let question = try? questions.get() { _ = try? answers.put(question + 1) }
      }
      for question in 0..<3 {
        try questions.put(question)
        guard try answers.get() == question + 1 else { throw Broken() }
      }
      questions.shutDown()
    }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `may hold a lock and give it back`() {
    let exploration = explore(.random, iterations: 3, options: options()) {
      let lock = Lock(name: "lock")
      let isHeld = DispatchSemaphore(value: 0)
      startThread {
        lock.lock()
        isHeld.signal()
        usleep(50_000)
        lock.unlock()
      }
      isHeld.wait()
      lock.withLock {}
    }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `are named where they do not come`() {
    let exploration = explore(iterations: 10, options: options(silence: .milliseconds(200))) {
      let semaphore = Semaphore(value: 0, name: "permits")
      let hasLooked = DispatchSemaphore(value: 0)
      startThread {
        _ = semaphore.value
        hasLooked.signal()
      }
      hasLooked.wait()
      semaphore.acquire()
    }
    #expect(exploration.failure?.failure.kind == .uncontrolled, "\(exploration)")
    #expect(exploration.failure?.failure.text.contains("T0 main waits in acquire(permits)") == true)
  }

  @Test func `are named where they were started and do nothing`() {
    let exploration = explore(iterations: 10, options: options(silence: .milliseconds(200))) {
      let event = Event(name: "never")
      startThread { usleep(2_000_000) }
      event.wait()
    }
    #expect(exploration.failure?.failure.kind == .uncontrolled, "\(exploration)")
  }

  @Test(arguments: Wait.all)
  fileprivate func `are not waited for where there are none`(wait: Wait) {
    let exploration = explore(iterations: 10, options: options()) { try wait.make().wait() }
    #expect(exploration.failure?.failure.kind == .deadlock, "\(exploration)")
  }

  @Test func `end waits although they slept before and have touched nothing`() {
    let event = Event(name: "event")
    startThread {
      usleep(300_000)
      event.set()
    }
    let options = options(outsidePatience: forEver)
    let exploration = explore(.random, iterations: 3, options: options) { event.wait() }
    #expect(exploration.hasPassed, "\(exploration)")
  }

  @Test func `are spoken of where they sleep and do not come`() throws {
    let isOver = Mutex(false)
    let isThere = DispatchSemaphore(value: 0)
    startThread {
      isThere.signal()
      while !isOver.withLock({ $0 }) { usleep(1_000) }
    }
    isThere.wait()
    let exploration = explore(.random, iterations: 3, options: options()) {
      Event(name: "never").wait()
    }
    isOver.withLock { $0 = true }
    let failure = try #require(exploration.failure)
    #expect(failure.failure.kind == .deadlock)
    #expect(failure.assumption != nil)
    #expect("\(failure)".contains("takes for granted that no thread outside"))
  }

  @Test func `cannot help a circle of locks`() {
    let exploration = explore(iterations: 1_000, options: options()) {
      let accounts = Lock(name: "accounts")
      let log = Lock(name: "log")
      let hasTouched = DispatchSemaphore(value: 0)
      startThread {
        accounts.withLock {}
        log.withLock {}
        hasTouched.signal()
      }
      hasTouched.wait()
      let first = CheckedThread { accounts.withLock { log.withLock {} } }
      let second = CheckedThread { log.withLock { accounts.withLock {} } }
      first.start()
      second.start()
      first.join()
      second.join()
    }
    #expect(exploration.failure?.failure.kind == .deadlock, "\(exploration)")
    #expect(exploration.failure?.assumption == nil)
  }
}

/// An exploration on a thread of its own.
private final class Neighbour: Sendable {
  private let result = Mutex<Exploration?>(nil)
  private let isOver = DispatchSemaphore(value: 0)

  init(_ options: ExplorationOptions, _ body: @escaping @Sendable () throws -> Void) {
    startThread { [self] in
      let exploration = explore(.random, iterations: 1, options: options, body)
      result.withLock { $0 = exploration }
      isOver.signal()
    }
  }

  func end() -> Exploration? {
    isOver.wait()
    return result.withLock { $0 }
  }
}

@Suite struct `Two explorations` {
  /// Each body runs twice: before all schedules, and as the first.
  private let patient = options(silence: .seconds(60), outsidePatience: .seconds(60))

  @Test func `end the waits of each other`() {
    let questions = Queue<Int>(name: "questions")
    let answers = Queue<Int>(name: "answers")
    let asks = DispatchSemaphore(value: 0)
    let answersNow = DispatchSemaphore(value: 0)
    let neighbour = Neighbour(patient) {
      answersNow.signal()
      asks.wait()
      for _ in 0..<50 { try answers.put(questions.get() + 1) }
    }
    let exploration = explore(.random, iterations: 1, options: patient) {
      asks.signal()
      answersNow.wait()
      for question in 0..<50 {
        try questions.put(question)
        guard try answers.get() == question + 1 else { throw Broken() }
      }
    }
    #expect(exploration.hasPassed, "\(exploration)")
    let other = neighbour.end()
    #expect(other?.hasPassed == true, "\(String(describing: other))")
  }

  @Test func `wait for the locks of each other`() {
    let lock = Lock(name: "shared")
    let arrived = DispatchSemaphore(value: 0)
    let neighbour = Neighbour(patient) {
      for round in 0..<50 {
        lock.withLock { CheckedThread.yield() }
        if round == 0 { arrived.signal() }
      }
    }
    arrived.wait()
    let exploration = explore(.random, iterations: 1, options: patient) {
      let second = CheckedThread { for _ in 0..<50 { lock.withLock { CheckedThread.yield() } } }
      second.start()
      for _ in 0..<50 { lock.withLock { CheckedThread.yield() } }
      second.join()
    }
    #expect(exploration.hasPassed, "\(exploration)")
    let other = neighbour.end()
    #expect(other?.hasPassed == true, "\(String(describing: other))")
  }

  @Test func `tell of each other where one of them is stuck`() {
    let isThere = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    let neighbour = Neighbour(options()) {
      isThere.signal()
      mayEnd.wait()
    }
    isThere.wait()
    let exploration = explore(.random, iterations: 1, options: options()) {
      Event(name: "never").wait()
    }
    for _ in 0..<2 { mayEnd.signal() }
    #expect(exploration.failure?.failure.kind == .deadlock, "\(exploration)")
    #expect(exploration.failure?.assumption != nil)
    #expect(neighbour.end()?.hasPassed == true)
  }
}

private struct Broken: Error {}
