import Dispatch
import Glibc
import Lockcheck
import LockcheckExploration
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

private func options(silence: Duration = forEver) -> ExplorationOptions {
  var options = ExplorationOptions()
  options.limits.silence = silence
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
  }
}

private struct Broken: Error {}
