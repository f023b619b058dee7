import Lockcheck
import Testing

private struct Broken: Error, Equatable {}

@Suite struct `A future` {
  @Test func `has no result until it is given one`() throws {
    let future = Future<Int>(name: "answer")
    #expect(!future.isDone)
    #expect(!future.isRunning)
    #expect(throws: FutureError.timeout) { try future.result(timeout: .zero) }
    #expect(throws: FutureError.timeout) { try future.result(timeout: .milliseconds(1)) }
    #expect(try !future.wait(timeout: .zero))
    try future.complete(with: .success(42))
    #expect(future.isDone)
    #expect(try future.result() == 42)
    #expect(try future.result(timeout: .zero) == 42)
    #expect(try future.wait(timeout: nil))
    #expect(future.name == "answer")
  }

  @Test func `wakes everybody who waits, with the same result`() throws {
    let future = Future<String>()
    let seen = Queue<String>()
    let waiters = (0..<3).map { number in
      let waiter = started { try seen.put(try future.result()) }
      #expect(eventually { future.waitingCount == number + 1 })
      return waiter
    }
    try future.complete(with: .success("there"))
    #expect(end(waiters))
    for _ in 0..<3 { #expect(try seen.tryGet() == "there") }
  }

  @Test func `throws the error it was given, to everybody who asks`() throws {
    let future = Future<Int>()
    let waiter = started { #expect(throws: Broken()) { try future.result() } }
    #expect(eventually { future.waitingCount == 1 })
    try future.complete(with: .failure(Broken()))
    #expect(ends(waiter))
    #expect(throws: Broken()) { try future.result() }
    #expect(throws: Broken()) { try future.result(timeout: .zero) }
    #expect(try future.wait(timeout: .zero))
  }

  @Test func `takes one result`() throws {
    let future = Future<Int>()
    try future.complete(with: .success(1))
    #expect(throws: FutureError.alreadyDone) { try future.complete(with: .success(2)) }
    #expect(throws: FutureError.alreadyDone) { try future.complete(with: .failure(Broken())) }
    #expect(!future.cancel())
    #expect(try future.result() == 1)
  }

  @Test func `refuses a negative timeout`() {
    let future = Future<Int>()
    #expect(throws: FutureError.negativeTimeout) { try future.result(timeout: .seconds(-1)) }
    #expect(throws: FutureError.negativeTimeout) { try future.wait(timeout: .seconds(-1)) }
  }

  @Test func `is cancelled once and for all`() throws {
    let future = Future<Int>()
    let waiter = started { #expect(throws: FutureError.cancelled) { try future.result() } }
    #expect(eventually { future.waitingCount == 1 })
    #expect(future.cancel())
    #expect(future.cancel())
    #expect(future.isCancelled)
    #expect(future.isDone)
    #expect(ends(waiter))
    #expect(throws: FutureError.alreadyDone) { try future.complete(with: .success(1)) }
  }

  @Test func `calls those who left a callback in their order, once`() throws {
    let future = Future<Int>()
    let calls = Queue<String>()
    for number in 0..<3 {
      future.whenDone { outcome in try? calls.put("\(number): \((try? outcome.get()) ?? -1)") }
    }
    #expect(calls.isEmpty)
    try future.complete(with: .success(7))
    for number in 0..<3 { #expect(try calls.tryGet() == "\(number): 7") }
    #expect(calls.isEmpty)
  }

  @Test func `calls back at once where it is done already`() throws {
    let future = Future<Int>()
    try future.complete(with: .failure(Broken()))
    let calls = Queue<Bool>()
    future.whenDone { outcome in try? calls.put((try? outcome.get()) == nil) }
    #expect(try calls.tryGet())
  }

  @Test func `calls back when it is cancelled`() throws {
    let future = Future<Int>()
    let calls = Queue<Int>()
    future.whenDone { _ in try? calls.put(1) }
    future.cancel()
    future.cancel()
    #expect(calls.count == 1)
  }

  @Test func `has woken who waits before it calls back`() throws {
    let future = Future<Int>()
    let waiter = started { _ = try future.result() }
    #expect(eventually { future.waitingCount == 1 })
    let isOver = SharedAtomic(false)
    future.whenDone { _ in isOver.store(ends(waiter)) }
    try future.complete(with: .success(1))
    #expect(isOver.load())
  }
}
