import Lockcheck

enum PutUnderLock: Kernel {
  static let about = About(
    "put-under-lock", "a put into a full queue under a lock that the consumer takes first",
    source: "after kubernetes#10182",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let statuses = Lock(name: "statuses")
    let updates = Queue<Int>(capacity: 1, name: "updates")
    let (isFull, isTaken) = (Cue(), Cue())
    together(
      CheckedThread(name: "setter") {
        try updates.put(1)
        isFull.give()
        if way == .lucky { isTaken.wait() }
        if way == .mended { return try updates.put(2) }
        if way == .otherwise {
          while !statuses.withLock({ (try? updates.tryPut(2)) != nil }) {
            until { !updates.isFull }
          }
          return
        }
        try statuses.withLock {
          isFull.give()
          try updates.put(2)
        }
      },
      CheckedThread(name: "syncer") {
        if way == .hanging { isFull.wait(for: 2) }
        for round in 0..<2 {
          statuses.withLock {}
          _ = try updates.get()
          isTaken.give()
          if way == .lucky, round == 0 { until { updates.count == 1 } }
        }
      })
  }
}
