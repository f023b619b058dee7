#if !PlainPrimitives

  import Lockcheck
  import LockcheckAnalysis
  import LockcheckFindings
  import LockcheckRecorder
  import LockcheckTestKit
  import LockcheckTrace
  import Testing

  @Suite struct `A recording of a thread pool` {
    @Test func `shows a task from its submission to its end`() throws {
      let trace = try recorded {
        let pool = ThreadPool(workers: 1, name: "P")
        let future = try pool.submit { 1 }
        future.name = "F"
        _ = try future.result()
        pool.shutDown()
      }
      let on = { (operation: LockcheckTrace.Operation) in
        trace.events.filter { $0.operation == operation && !$0.isPending }
      }
      let pool = try #require(on(.put).first?.object)
      #expect(trace.tables.objects.kind(of: pool) == .pool)
      #expect(trace.tables.objects[pool].workers == 1)
      let future = try #require(on(.set).first?.object)
      #expect(trace.tables.objects.kind(of: future) == .future)
      #expect(trace.tables.objects[future].pool == pool)
      // The task is known by its future.
      let number = trace.tables.objects[future].externalID.map { UInt64($0) }
      #expect(number != nil)
      #expect(on(.put).map(\.item) == [number])
      #expect(on(.get).first?.item == number)
      let worker = trace.events(of: "P-worker-1").filter { !$0.hasPrefix("get(P) pending") }
      #expect(
        worker.map { $0.split(separator: " ")[0] } == [
          "start()", "get(P)", "set(F)", "taskDone(P)", "get(P)", "exit()",
        ])
    }

    @Test func `shows tasks that are thrown away as taken out and done`() throws {
      let trace = try recorded {
        let pool = ThreadPool(workers: 1, name: "P")
        let (hasBegun, isOpen) = (Lockcheck.Event(), Lockcheck.Event())
        _ = try pool.submit {
          hasBegun.set()
          isOpen.wait()
        }
        hasBegun.wait()
        _ = try pool.submit {}
        pool.terminate()
        isOpen.set()
        try pool.join()
        #expect(throws: PoolError.shutDown) { try pool.submit {} }
      }
      let names = trace.events(on: "P").map { $0.split(separator: " ")[0] }
      #expect(names.filter { $0 == "put" }.count == 3)
      #expect(names.filter { $0 == "taskDone" }.count == 2)
      #expect(trace.events(on: "P").contains("put error"))
    }

    @Test func `orders what tasks, callbacks and maps leave for others`() throws {
      let trace = try recorded {
        let pool = ThreadPool(workers: 3, name: "P")
        let seen = (0..<6).map { Shared(0, name: "x\($0)") }
        _ = try pool.map(0..<6, chunkSize: 1) { seen[$0].store($0) }
        for (number, variable) in seen.enumerated() { #expect(variable.load() == number) }
        let note = Shared(1, name: "note")
        let last = Future<Int>(name: "last")
        note.store(2)
        last.whenDone { _ in note.store(3) }
        let task = try pool.submit { try last.complete(with: .success(1)) }
        try task.result()
        #expect(note.load() == 3)
        for result in try pool.imapUnordered(0..<6, { seen[$0].store(9) }) { try result.get() }
        for variable in seen { #expect(variable.load() == 9) }
        pool.shutDown()
      }
      #expect(analyze(trace, with: [FastTrackDetector()]).findings.isEmpty)
    }

    @Test func `shows that a task waits for another one of its pool`() throws {
      let trace = try recorded {
        let pool = ThreadPool(workers: 2, name: "P")
        for number in 0..<2 {
          let result = try pool.apply { try pool.apply { number } }
          #expect(result == number)
        }
        pool.shutDown()
      }
      // Main waits for each before the next, and one of them keeps one worker.
      let result = analyze(trace, with: [WaitForDetector(), PoolNestingDetector()])
      #expect(result.findings.isEmpty)
      #expect(result.ruledOut.map(\.rule) == [.poolStarvation])
    }

    @Test func `shows that tasks wait for others of their pool at once`() throws {
      let trace = try recorded {
        let pool = ThreadPool(workers: 3, name: "P")
        let outer = try (0..<2).map { number in
          try pool.submit { try pool.apply { number } }
        }
        for (number, future) in outer.enumerated() { #expect(try future.result() == number) }
        pool.shutDown()
      }
      let findings = analyze(trace, with: [WaitForDetector(), PoolNestingDetector()]).findings
      #expect(Set(findings.map(\.rule)) == [.poolStarvation])
      #expect(Set(findings.map(\.verdict)) == [.possible])
    }

    @Test func `shows nothing amiss where tasks wait for another pool`() throws {
      let trace = try recorded {
        let (outer, inner) = (ThreadPool(workers: 2), ThreadPool(workers: 1))
        let futures = try (0..<2).map { number in
          try outer.submit { try inner.apply { number } }
        }
        for future in futures { _ = try future.result() }
        outer.shutDown()
        inner.shutDown()
      }
      let result = analyze(trace, with: [WaitForDetector(), PoolNestingDetector()])
      #expect(result.findings.isEmpty)
      #expect(result.ruledOut.isEmpty)
    }

    @Test func `leaves out the end of a task that was submitted before it`() throws {
      let pool = ThreadPool(workers: 1, name: "P")
      let (hasBegun, isOpen) = (Lockcheck.Event(), Lockcheck.Event())
      let first = try pool.submit {
        hasBegun.set()
        isOpen.wait()
      }
      hasBegun.wait()
      let second = try pool.submit {}
      let trace = try recorded {
        isOpen.set()
        try first.result()
        try second.result()
        pool.shutDown()
      }
      #expect(!trace.events(on: "P").contains { $0.hasPrefix("taskDone") })
    }
  }

#endif
