#if !PlainPrimitives

  import Lockcheck
  import LockcheckRecorder
  import LockcheckTrace
  import Testing

  @Suite struct `A recording` {
    @Test func `of an uncontended lock has no pending events`() throws {
      let trace = try recorded {
        let lock = Lock(name: "A")
        lock.withLock {}
        _ = lock.lockIfAvailable()
        _ = elsewhere { lock.lockIfAvailable() }
        lock.unlock()
      }
      #expect(
        trace.events(on: "A") == [
          "acquire", "release", "acquire try", "acquire try failed", "release", "destroy",
        ])
    }

    @Test func `shows a look at an event or a future that finds it set, and no other`() throws {
      let trace = try recorded {
        let event = Event(name: "E")
        _ = event.isSet
        event.set()
        _ = event.isSet
        let future = Future<Int>(name: "F")
        _ = future.isDone
        try? future.complete(with: .success(1))
        _ = future.isDone
      }
      #expect(trace.events(on: "E") == ["set", "wait try", "destroy"])
      #expect(trace.events(on: "F") == ["set", "wait try", "destroy"])
    }

    @Test func `shows a refused notify as an error`() throws {
      let trace = try recorded {
        let condition = Condition(lock: Lock(name: "L"), name: "C")
        condition.notifyAll()
        condition.withLock { condition.notify() }
      }
      #expect(trace.events(on: "C") == ["notify error under L", "notify 1 under L", "destroy"])
    }

    @Test func `tells the class and the level of a lock`() throws {
      let trace = try recorded {
        Lock(name: "A", class: "account", level: 2).withLock {}
        RLock(name: "B", class: "account").withLock {}
        RWLock(name: "C", level: 0).withLock {}
      }
      #expect(trace.details(of: "A")?.declaredClass == "account")
      #expect(trace.details(of: "A")?.level == 2)
      #expect(trace.details(of: "B")?.declaredClass == "account")
      #expect(trace.details(of: "B")?.level == nil)
      #expect(trace.details(of: "C")?.declaredClass == nil)
      #expect(trace.details(of: "C")?.level == 0)
    }

    @Test func `shows where a block meant to be atomic begins and ends, also by an error`() throws {
      struct Stop: Error {}
      let trace = try recorded {
        let total = Shared(0, name: "x")
        let worker = CheckedThread(name: "worker") {
          let before = Shared.transaction {
            total.store(1)
            return total.load()
          }
          try? Shared.transaction { () throws(Stop) in
            total.store(before)
            throw Stop()
          }
        }
        worker.start()
        worker.join()
      }
      #expect(
        trace.events(of: "worker") == [
          "start()", "begin()", "write(x)", "read(x)", "end()", "begin()", "write(x)", "end()",
          "exit()",
        ])
    }

    @Test func `does not end a block that began before it`() throws {
      var inner: Trace?
      let outer = try recorded {
        try Shared.transaction { inner = try recorded { Shared.transaction {} } }
      }
      let borders = { (trace: Trace) in
        trace.events.map(\.operation).filter { $0 == .begin || $0 == .end }
      }
      #expect(inner.map(borders) == [.begin, .end])
      #expect(borders(outer) == [.begin, .end])
    }

    @Test func `shows a wait for a lock, and how it ended`() throws {
      let trace = try recorded {
        let lock = Lock(name: "A")
        lock.lock()
        let waiter = CheckedThread(name: "waiter") { lock.withLock {} }
        waiter.start()
        #expect(eventually { lock.isContended })
        lock.unlock()
        waiter.join()
        lock.lock()
        _ = elsewhere { Result { try lock.lock(timeout: .milliseconds(1)) } }
        lock.unlock()
      }
      #expect(
        trace.events(on: "A") == [
          "acquire", "acquire pending", "release", "acquire", "release", "acquire",
          "acquire pending timed", "acquire timed timeout", "release", "destroy",
        ])
      #expect(
        trace.events(of: "waiter") == [
          "start()", "acquire(A) pending", "acquire(A)", "release(A)", "exit()",
        ])
    }

    @Test func `calls a primitive by the last name it was given`() throws {
      let trace = try recorded {
        let early = Lock()
        early.name = "named before its first event"
        early.withLock {}
        let late = Lock(name: "first")
        late.withLock {}
        late.name = "named after it"
        late.withLock {}
      }
      #expect(trace.events(on: "named before its first event").count == 3)
      #expect(trace.events(on: "named after it").count == 5)
      #expect(trace.events(on: "first").isEmpty)
    }

    @Test func `shows every level of a recursive lock`() throws {
      let trace = try recorded {
        let lock = RLock(name: "R")
        lock.withLock { lock.withLock {} }
      }
      #expect(trace.events(on: "R") == ["acquire", "acquire", "release", "release", "destroy"])
    }

    @Test func `tells shared from exclusive, and that writers go first`() throws {
      let trace = try recorded {
        let lock = RWLock(name: "RW")
        lock.withSharedLock { _ = elsewhere { lock.lockIfAvailable() } }
        lock.withLock {}
      }
      #expect(
        trace.events(on: "RW") == [
          "acquire shared", "acquire try failed", "release shared", "acquire", "release", "destroy",
        ])
      #expect(trace.details(of: "RW")?.preference == .writer)
    }

    @Test func `shows that a wait gives up its lock and takes it again`() throws {
      let trace = try recorded {
        let lock = Lock(name: "L")
        let condition = Condition(lock: lock, name: "C")
        let waiter = CheckedThread(name: "waiter") { lock.withLock { condition.wait() } }
        waiter.start()
        #expect(eventually { condition.waitingCount == 1 })
        lock.withLock { condition.notify(3) }
        waiter.join()
        lock.withLock {
          condition.notifyAll()
          _ = try? condition.wait(timeout: .milliseconds(1))
        }
      }
      #expect(
        trace.events(on: "C") == [
          "wait pending under L", "notify 3 under L", "wait under L", "notify under L",
          "wait pending timed under L", "wait timed timeout under L", "destroy",
        ])
      #expect(trace.details(of: "C")?.lock != nil)
      // Who waits is counted before the lock is free: main may have to wait for it.
      let order = trace.events.filter {
        $0.object.isPresent && $0.operation != .destroy
          && !($0.operation == .acquire && $0.isPending)
      }.map {
        "\(trace.tables[$0.thread].name == "waiter" ? "waiter" : "main") \($0.operation.name)"
      }
      #expect(
        order.prefix(7) == [
          "waiter acquire", "waiter wait", "main acquire", "main notify", "main release",
          "waiter wait", "waiter release",
        ])
    }

    @Test func `counts the permits of a semaphore`() throws {
      let trace = try recorded {
        let semaphore = BoundedSemaphore(value: 3, name: "S")
        semaphore.acquire()
        semaphore.acquire()
        _ = try? semaphore.acquire(timeout: .zero)
        _ = semaphore.acquireIfAvailable()
        _ = try? semaphore.acquire(timeout: .zero)
        semaphore.release(2)
        semaphore.release()
        semaphore.release()
      }
      #expect(
        trace.events(on: "S") == [
          "acquire", "acquire", "acquire timed", "acquire try failed", "acquire pending timed",
          "acquire timed timeout", "release 2", "release 1", "release 1", "destroy",
        ])
      #expect(trace.details(of: "S")?.value == 3)
      #expect(trace.details(of: "S")?.bound == 3)
    }

    @Test func `shows an event's flag and who waits for it`() throws {
      let trace = try recorded {
        let event = Lockcheck.Event(name: "E")
        _ = try? event.wait(timeout: .zero)
        event.set()
        event.wait()
        event.clear()
      }
      #expect(
        trace.events(on: "E") == [
          "wait pending timed", "wait timed timeout", "set", "wait", "clear", "destroy",
        ])
    }

    @Test func `pairs a put with its get`() throws {
      let trace = try recorded {
        let queue = Queue<String>(capacity: 2, name: "Q")
        try queue.put("a")
        try queue.put("b", timeout: .seconds(1))
        #expect(throws: QueueError.full) { try queue.tryPut("c") }
        _ = try queue.get()
        queue.taskDone()
        queue.shutDown(immediate: true)
        queue.join()
        #expect(throws: QueueError.shutDown) { try queue.put("d") }
      }
      #expect(
        trace.events(on: "Q") == [
          "put 0", "put timed 1", "put try failed", "get 0", "taskDone", "close", "get 1",
          "taskDone", "join", "put error", "destroy",
        ])
      #expect(trace.details(of: "Q")?.capacity == 2)
    }

    @Test func `shows who made a thread and who waited for it`() throws {
      let trace = try recorded {
        let gate = Lockcheck.Event(name: "gate")
        let child = CheckedThread(name: "child") {
          gate.wait()
          let grandchild = CheckedThread(name: "grandchild") {}
          grandchild.start()
          grandchild.join()
        }
        child.start()
        _ = try? child.join(timeout: .milliseconds(1))
        gate.set()
        child.join()
      }
      #expect(trace.events(of: "grandchild") == ["start()", "exit()"])
      let child = trace.events(of: "child").filter { !$0.contains("pending") }
      #expect(
        child == ["start()", "wait(gate)", "fork(grandchild)", "join(grandchild)", "exit()"])
      let main = trace.events.filter { trace.tables[$0.thread].name?.contains("child") != true }
      let joins = main.filter { $0.operation == .join }
      #expect(main.first?.operation == .fork)
      #expect(joins.first?.isPending == true && joins.first?.attempt == .timed)
      #expect(joins.dropFirst().first?.result == .timeout)
      #expect(joins.last?.isEffective == true)
    }

    @Test func `has each access to a variable, and its size`() throws {
      let trace = try recorded {
        let plain = Shared<Int32>(0, name: "plain")
        plain.modify { $0 += 1 }
        let atomic = SharedAtomic<Int64>(0, name: "atomic")
        atomic.store(atomic.load())
        atomic.wrappingAdd(1)
        atomic.compareExchange(expected: 5, desired: 6)
      }
      #expect(trace.events(on: "plain") == ["read", "write", "destroy"])
      #expect(
        trace.events(on: "atomic") == [
          "atomicRead", "atomicWrite", "atomicUpdate", "atomicRead", "destroy",
        ])
      #expect(trace.events.first { $0.operation == .read }?.size == 4)
      #expect(trace.events.first { $0.operation == .atomicRead }?.size == 8)
    }

    @Test func `has what was misused`() throws {
      let trace = try recorded {
        let lock = Lock(name: "A")
        lock.unlock()
        lock.lock()
        elsewhere { lock.unlock() }
        lock.unlock()
        let condition = Condition(lock: lock, name: "C")
        condition.notify()
        condition.wait()
        BoundedSemaphore(value: 0, name: "S").release()
        Queue<Int>(name: "Q").taskDone()
      }
      #expect(
        trace.events(on: "A")
          == ["release error", "acquire", "release error", "release", "destroy"])
      #expect(
        trace.events(on: "C") == [
          "notify error 1 under A", "wait pending under A", "wait error under A", "destroy",
        ])
      #expect(trace.events(on: "S") == ["release 1", "destroy"])
      #expect(trace.events(on: "Q") == ["taskDone", "destroy"])
    }

    @Test func `that begins in the middle has no end without its beginning`() throws {
      let lock = Lock(name: "A")
      let rlock = RLock(name: "R")
      let rwlock = RWLock(name: "RW")
      let condition = Condition(lock: rlock, name: "C")
      let semaphore = BoundedSemaphore(value: 2, name: "S")
      let queue = Queue<Int>(name: "Q")
      lock.lock()
      rlock.lock()
      rwlock.lockShared()
      semaphore.acquire()
      try queue.put(1)
      let trace = try recorded {
        lock.unlock()
        condition.notifyAll()
        _ = try condition.wait(timeout: .zero)
        rlock.lock()
        rlock.unlock()
        rlock.unlock()
        rwlock.unlockShared()
        semaphore.release()
        _ = try queue.get()
        queue.taskDone()
        lock.lock()
        rlock.lock()
        rwlock.lock()
      }
      #expect(trace.events(on: "A") == ["acquire"])
      #expect(trace.events(on: "R") == ["acquire", "release", "acquire"])
      #expect(trace.events(on: "RW") == ["acquire"])
      #expect(trace.events(on: "C") == [])
      #expect(trace.events(on: "S") == [])
      #expect(trace.events(on: "Q") == ["get 0"])
      // And the holds outlive the recording.
      #expect(!elsewhere { lock.lockIfAvailable() || rlock.lockIfAvailable() })
      let second = try recorded {
        lock.unlock()
        rlock.unlock()
        rwlock.unlock()
      }
      #expect(second.events.filter(\.operation.namesObject).isEmpty)
      #expect(!lock.isLocked && !rlock.isLocked && !rwlock.isLocked)
    }

    @Test func `can be switched on and off while threads lock and unlock`() throws {
      let lock = Lock(name: "A")
      let rlock = RLock(name: "R")
      let semaphore = BoundedSemaphore(value: 2, name: "S")
      let stop = SharedAtomic(false)
      let threads = (0..<3).map { _ in
        started {
          while !stop.load() {
            lock.withLock { rlock.withLock { rlock.withLock {} } }
            semaphore.withPermit {}
          }
        }
      }
      for _ in 0..<10 {
        _ = try recorded { for _ in 0..<50 { lock.withLock { rlock.withLock {} } } }
      }
      stop.store(true)
      #expect(end(threads))
      #expect(!lock.isLocked && !rlock.isLocked)
      #expect(semaphore.value == 2)
    }
  }

#endif
