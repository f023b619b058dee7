import Lockcheck

enum GetUnderLock: Kernel {
  static let about = About(
    "get-under-lock", "a get from an empty queue under a lock that the producer takes first",
    source: "the pattern of istio#16224",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let store = Lock(name: "store")
    let events = Queue<Int>(name: "events")
    let (isHeld, isPut) = (Cue(), Cue())
    let seen = Shared(0, name: "seen")
    together(
      CheckedThread(name: "watcher") {
        if way == .lucky { isPut.wait() }
        if way == .mended {
          let event = try events.get()
          return store.withLock { seen.store(event) }
        }
        if way == .otherwise {
          // Gets only what is there.
          while true {
            let event = store.withLock { try? events.tryGet() }
            if let event { return seen.store(event) }
            until { !events.isEmpty }
          }
        }
        try store.withLock {
          isHeld.give()
          seen.store(try events.get())
        }
      },
      CheckedThread(name: "updater") {
        if way == .hanging { isHeld.wait() }
        let event = store.withLock { 1 }
        try events.put(event)
        isPut.give()
      })
  }
}
