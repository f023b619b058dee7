import LockcheckTrace
import Testing

@Suite struct `The numbers of the format` {
  /// The binary form keeps these numbers for ever: a new operation gets a new one.
  @Test func `stay what they are`() {
    #expect(
      Operation.allCases.map(\.name).joined(separator: " ") == """
        acquire release wait notify set clear put get taskDone join close read write atomicRead \
        atomicWrite atomicUpdate fork join start exit begin end create destroy dummy refused
        """)
    #expect(Operation.allCases.map { Int($0.rawValue) } == Array(0...25))
    #expect(
      ObjectKind.allCases.map(\.name).joined(separator: " ")
        == "object lock rlock rwlock semaphore condition event barrier queue variable pool future"
    )
    #expect(ObjectKind.allCases.map { Int($0.rawValue) } == Array(0...11))
    #expect(QueueOrder.allCases.map { "\($0)" } == ["fifo", "lifo", "priority"])
    #expect(QueueOrder.allCases.map { Int($0.rawValue) } == Array(0...2))
    #expect(LibraryCall.allCases.map { Int($0.rawValue) } == Array(0...29))
    #expect(
      LibraryCall.allCases.map(\.name).joined(separator: " ") == """
        pthread_mutex_init pthread_mutex_lock pthread_mutex_trylock pthread_mutex_timedlock \
        pthread_mutex_clocklock pthread_mutex_unlock pthread_mutex_destroy pthread_rwlock_rdlock \
        pthread_rwlock_tryrdlock pthread_rwlock_timedrdlock pthread_rwlock_clockrdlock \
        pthread_rwlock_wrlock pthread_rwlock_trywrlock pthread_rwlock_timedwrlock \
        pthread_rwlock_clockwrlock pthread_cond_wait pthread_cond_timedwait \
        pthread_cond_clockwait pthread_barrier_init sem_init sem_wait sem_trywait sem_timedwait \
        sem_clockwait sem_post pthread_join pthread_tryjoin_np pthread_timedjoin_np \
        pthread_clockjoin_np pthread_detach
        """)
    #expect(
      LibraryError.allCases.map(\.name).joined(separator: " ")
        == "EINVAL ESRCH EDEADLK EAGAIN EOVERFLOW")
    #expect(LibraryError.allCases.map { Int($0.rawValue) } == Array(0...4))
  }
}

@Suite struct `An event` {
  @Test func `says nothing that it was not told`() {
    let event = Event(.acquire, by: ThreadID(0), on: ObjectID(0))
    #expect(event.count == nil)
    #expect(event.time == nil)
    #expect(event.stack.ifPresent == nil)
    #expect(event.lock.ifPresent == nil)
    #expect(event.isEffective)
  }

  @Test func `names a child or a lock, never both`() {
    var fork = Event(.fork, by: ThreadID(0))
    fork.child = ThreadID(7)
    #expect(fork.child == ThreadID(7))
    #expect(fork.lock == .absent)
    var wait = Event(.wait, by: ThreadID(0), on: ObjectID(1))
    wait.lock = ObjectID(7)
    #expect(wait.lock == ObjectID(7))
    #expect(wait.child == .absent)
  }

  @Test(arguments: [true, false])
  func `takes effect only when it is through and was not given up`(isPending: Bool) {
    var event = Event(.acquire, by: ThreadID(0), on: ObjectID(0))
    event.isPending = isPending
    #expect(event.isEffective == !isPending)
    event.result = .timeout
    #expect(!event.isEffective)
  }
}

@Suite struct `What an operation implies` {
  /// Each operation on an object can be done to the kind that it implies, and to no variable besides
  /// the accesses.
  @Test(arguments: Operation.allCases)
  func `fits the kind that it implies`(operation: Operation) {
    if let kind = ObjectKind.implied(by: operation, namesLock: true) {
      #expect(kind.allows(operation))
    }
    #expect(
      ObjectKind.variable.allows(operation) == (operation.isAccess || isBirthOrDeath(operation)))
  }

  /// A future is set once and stays so; what is done to a pool is what is done to a queue.
  @Test(arguments: Operation.allCases)
  func `goes for pools and futures as for queues and events`(operation: Operation) {
    #expect(ObjectKind.pool.allows(operation) == ObjectKind.queue.allows(operation))
    #expect(
      ObjectKind.future.allows(operation)
        == (ObjectKind.event.allows(operation) && operation != .clear))
  }

  private func isBirthOrDeath(_ operation: Operation) -> Bool {
    operation == .create || operation == .destroy
  }
}
