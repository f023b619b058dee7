#if !PlainPrimitives

  import Lockcheck
  import LockcheckTrace
  import Testing

  @Suite struct `A recording of a barrier` {
    @Test func `shows who waits for it, and that nobody waits for who comes last`() throws {
      let trace = try recorded {
        let barrier = Barrier(parties: 2, name: "B")
        let waiter = started { try barrier.wait() }
        #expect(eventually { barrier.waitingCount == 1 })
        try barrier.wait(timeout: .seconds(1))
        #expect(ends(waiter))
      }
      #expect(trace.details(of: "B")?.parties == 2)
      #expect(trace.events(on: "B") == ["wait pending", "wait timed", "wait", "destroy"])
      #expect(trace.events(on: "B.outcome") == [])
    }

    @Test func `that ends while threads wait leaves them pending`() throws {
      let barrier = Barrier(parties: 3, name: "B")
      let threads = SharedAtomic<[CheckedThread]>([])
      let trace = try recorded {
        threads.store((0..<2).map { _ in started { _ = try? barrier.wait() } })
        #expect(eventually { barrier.waitingCount == 2 })
      }
      barrier.abort()
      #expect(end(threads.load()))
      #expect(trace.events(on: "B") == ["wait pending", "wait pending"])
      #expect(trace.details(of: "B")?.parties == 3)
    }

    @Test func `tells the wait that ran out from those that it broke`() throws {
      let trace = try recorded {
        let barrier = Barrier(parties: 3, name: "B")
        let waiter = started { _ = try? barrier.wait() }
        #expect(eventually { barrier.waitingCount == 1 })
        #expect(throws: BarrierError.broken) { try barrier.wait(timeout: .zero) }
        #expect(ends(waiter))
        #expect(throws: BarrierError.broken) { try barrier.wait() }
      }
      #expect(
        trace.events(on: "B") == [
          "wait pending", "wait pending timed", "wait timed timeout", "wait error", "wait error",
          "destroy",
        ])
      #expect(
        trace.events(on: "B.outcome") == ["atomicUpdate", "atomicRead", "atomicRead", "destroy"])
    }

    @Test func `orders what is done before an abort and after a refused wait`() throws {
      let trace = try recorded {
        let barrier = Barrier(parties: 2, name: "B")
        let waiter = CheckedThread(name: "waiter") { _ = try? barrier.wait() }
        waiter.start()
        #expect(eventually { barrier.waitingCount == 1 })
        barrier.abort()
        waiter.join()
      }
      #expect(trace.events(on: "B.outcome") == ["atomicUpdate", "atomicRead", "destroy"])
      #expect(
        trace.events(of: "waiter") == [
          "start()", "wait(B) pending", "wait(B) error", "atomicRead(B.outcome)", "exit()",
        ])
    }

    @Test func `has the action between the last arrival and the others' departure`() throws {
      let trace = try recorded {
        let count = Shared(0, name: "x")
        let barrier = Barrier(parties: 2, name: "B") { count.store(1) }
        let waiter = started {
          try barrier.wait()
          _ = count.load()
        }
        #expect(eventually { barrier.waitingCount == 1 })
        try barrier.wait()
        #expect(ends(waiter))
      }
      let order = trace.events.filter { $0.object.isPresent && $0.operation != .destroy }.map {
        "\($0.operation.name) \(trace.tables.objects.name(of: $0.object) ?? "?")"
      }
      #expect(
        order == [
          "wait B", "wait B", "write x", "atomicUpdate B.outcome", "wait B",
          "atomicRead B.outcome", "read x",
        ])
    }
  }

#endif
