import Lockcheck

extension ExplorationProgram {
  /// JaConTeBe's `Dbcp65`: the evictor holds the pool and wants the connection, which prepares a statement
  /// and wants the pool.
  static let dbcp65 = ExplorationProgram(
    "dbcp65", origin: "JaConTeBe Dbcp65: PoolingConnection and GenericKeyedObjectPool",
    bug: "pool and connection in opposite orders", .deadlock
  ) { isMended in
    let (pool, connection) = (RLock(name: "pool"), RLock(name: "connection"))
    let traces = Shared(0, name: "traces")
    let evict = thread("evict") {
      pool.withLock { connection.withLock { traces.modify { $0 += 1 } } }
    }
    let prepare = thread("prepare") {
      if isMended { return pool.withLock {} }
      connection.withLock { pool.withLock {} }
    }
    try together(evict, prepare)
  }

  /// JaConTeBe's `Dbcp270`: closing a connection returns it to the pool, whose evictor asks it whether it
  /// still works.
  static let dbcp270 = ExplorationProgram(
    "dbcp270", origin: "JaConTeBe Dbcp270: PoolableConnection and GenericObjectPool",
    bug: "connection and pool in opposite orders, twice within", .deadlock
  ) { isMended in
    let (pool, connection) = (RLock(name: "pool"), RLock(name: "connection"))
    let isClosed = Shared(false, name: "closed")
    let traces = Shared(0, name: "traces")
    let close = thread("close") {
      let isOpen = connection.withLock {
        guard !isClosed.load() else { return false }
        if !isMended { pool.withLock { isClosed.store(true) } }
        return true
      }
      if isMended, isOpen { pool.withLock { isClosed.store(true) } }
    }
    let evict = thread("evict") {
      pool.withLock {
        guard !isClosed.load() else { return }
        connection.withLock { connection.withLock { traces.modify { $0 += 1 } } }
      }
    }
    try together(close, evict)
  }

  /// JaConTeBe's `Dbcp369`: one method that changes a map is synchronized, the other is not.
  static let dbcp369 = ExplorationProgram(
    "dbcp369", origin: "JaConTeBe Dbcp369: InstanceKeyObjectFactory",
    bug: "an entry is taken out of a map while it is gone through", .check
  ) { isMended in
    let monitor = RLock(name: "factory")
    let keys = Shared([1, 2], name: "map")
    let changes = Shared(0, name: "modCount")
    let register = thread("register") {
      try monitor.withLock {
        let before = changes.load()
        for _ in keys.load() {
          guard changes.load() == before else { throw Broken("the map has changed meanwhile") }
        }
        keys.modify { $0.append(3) }
        changes.modify { $0 += 1 }
      }
    }
    let remove = thread("remove") {
      if isMended { monitor.lock() }
      keys.modify { _ = $0.removeFirst() }
      changes.modify { $0 += 1 }
      if isMended { monitor.unlock() }
    }
    try together(register, remove)
  }
}
