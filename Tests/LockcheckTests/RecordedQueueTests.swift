#if !PlainPrimitives

  import Lockcheck
  import LockcheckTrace
  import Testing

  @Suite struct `A recording of a queue` {
    @Test(arguments: QueueKind.allCases)
    func `pairs each put with its get, in the order of the queue`(kind: QueueKind) throws {
      let trace = try recorded {
        let queue = kind.make(capacity: 3, name: "Q")
        for item in [20, 30, 10] { try queue.put(item) }
        while !queue.isEmpty { _ = try queue.get() }
      }
      let gets =
        switch kind {
        case .fifo: ["get 0", "get 1", "get 2"]
        case .lifo: ["get 2", "get 1", "get 0"]
        case .priority: ["get 2", "get 0", "get 1"]
        }
      #expect(trace.events(on: "Q") == ["put 0", "put 1", "put 2"] + gets + ["destroy"])
      #expect(trace.details(of: "Q")?.capacity == 3)
      let order: [QueueKind: QueueOrder] = [.lifo: .lifo, .priority: .priority]
      #expect(trace.details(of: "Q")?.order == order[kind])
    }
  }

#endif
