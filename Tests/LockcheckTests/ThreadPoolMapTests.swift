import Lockcheck
import Testing

private struct Broken: Error, Equatable { var number = 0 }

@Suite struct `The maps of a thread pool` {
  @Test(arguments: [nil, 1, 3, 7, 100] as [Int?])
  func `keep the order of their inputs`(chunkSize: Int?) throws {
    let pool = ThreadPool(workers: 3)
    #expect(try pool.map(0..<20, chunkSize: chunkSize) { $0 * $0 } == (0..<20).map { $0 * $0 })
    #expect(try pool.mapAsync(0..<20, chunkSize: chunkSize) { -$0 }.result().last == -19)
    pool.shutDown()
  }

  @Test func `of nothing are nothing`() throws {
    let pool = ThreadPool(workers: 1)
    #expect(try pool.map([Int]()) { $0 } == [])
    #expect(try pool.mapAsync([Int]()) { $0 }.isDone)
    var results = try pool.imap([Int]()) { $0 }
    #expect(results.next() == nil)
    #expect(try Array(pool.imapUnordered([Int]()) { $0 }).isEmpty)
    pool.shutDown()
  }

  @Test func `take tuples apart`() throws {
    let pool = ThreadPool(workers: 2)
    #expect(try pool.map([(2, 3), (4, 5)]) { a, b in a * b } == [6, 20])
    #expect(try pool.mapAsync([(2, 3), (4, 5)]) { a, b in a - b }.result() == [-1, -1])
    pool.shutDown()
  }

  @Test func `throw the first error, once all are done`() throws {
    let pool = ThreadPool(workers: 1)
    let count = SharedAtomic(0)
    #expect(throws: Broken(number: 2)) {
      try pool.map(0..<6, chunkSize: 1) { number in
        count.update { $0 += 1 }
        if number == 2 || number == 4 { throw Broken(number: number) }
      }
    }
    #expect(count.load() == 6)
    pool.shutDown()
  }

  @Test func `end a chunk at its first error`() throws {
    let pool = ThreadPool(workers: 1)
    let count = SharedAtomic(0)
    #expect(throws: Broken()) {
      try pool.map(0..<6, chunkSize: 3) { number in
        count.update { $0 += 1 }
        if number == 1 { throw Broken() }
      }
    }
    #expect(count.load() == 5)
    pool.shutDown()
  }

  @Test func `make about four chunks for each worker`() throws {
    let pool = ThreadPool(workers: 2)
    let isOpen = Event()
    let future = try pool.mapAsync(0..<16) { _ in isOpen.wait() }
    // Each of the two workers has one.
    #expect(eventually { pool.waitingTaskCount == 6 })
    isOpen.set()
    #expect(try future.wait(timeout: nil))
    pool.shutDown()
  }

  @Test func `call back with all outputs, or with an error`() throws {
    let pool = ThreadPool(workers: 2)
    let calls = Queue<String>()
    try pool.mapAsync([1, 2], callback: { try? calls.put("\($0)") }) { $0 + 1 }.wait()
    #expect(try calls.tryGet() == "[2, 3]")
    let bad = try pool.mapAsync(
      [1, 2], callback: { (_: [Int]) in try? calls.put("values") },
      errorCallback: { _ in try? calls.put("error") }
    ) { _ in throw Broken() }
    bad.wait()
    #expect(try calls.tryGet() == "error")
    #expect(calls.isEmpty)
    pool.shutDown()
  }

  @Test func `hand outputs out one by one, in order, errors among them`() throws {
    let pool = ThreadPool(workers: 2)
    var results = try pool.imap(0..<4) { number in
      if number == 1 { throw Broken() }
      return number * 10
    }
    #expect(results.underestimatedCount == 4)
    #expect(try results.next()?.get() == 0)
    #expect(throws: Broken()) { try results.next()?.get() }
    #expect(try results.next(timeout: nil)?.get() == 20)
    #expect(try results.next()?.get() == 30)
    #expect(results.next() == nil)
    #expect(try results.next(timeout: .zero) == nil)
    pool.shutDown()
  }

  @Test func `in order wait for the first, though the second is there`() throws {
    let pool = ThreadPool(workers: 2)
    let isOpen = Event()
    var results = try pool.imap([true, false]) { isFirst in
      if isFirst { isOpen.wait() }
      return isFirst
    }
    #expect(throws: FutureError.timeout) { try results.next(timeout: .milliseconds(1)) }
    #expect(throws: FutureError.negativeTimeout) { try results.next(timeout: .seconds(-1)) }
    isOpen.set()
    #expect(try results.next()?.get() == true)
    #expect(try results.next()?.get() == false)
    pool.shutDown()
  }

  @Test func `in no order hand out what comes first`() throws {
    let pool = ThreadPool(workers: 2)
    let isOpen = Event()
    var results = try pool.imapUnordered([true, false]) { isSlow in
      if isSlow { isOpen.wait() }
      return isSlow
    }
    #expect(try results.next()?.get() == false)
    #expect(throws: FutureError.timeout) { try results.next(timeout: .zero) }
    isOpen.set()
    #expect(try results.next()?.get() == true)
    #expect(results.next() == nil)
    pool.shutDown()
  }

  @Test func `in no order lose nothing and repeat nothing`() throws {
    let pool = ThreadPool(workers: 4)
    let outputs = try pool.imapUnordered(0..<100) { $0 }.map { try $0.get() }
    #expect(outputs.sorted() == Array(0..<100))
    pool.shutDown()
  }
}
