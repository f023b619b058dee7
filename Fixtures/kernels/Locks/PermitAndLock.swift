import Lockcheck

enum PermitAndLock: Kernel {
  static let about = About(
    "permit-and-lock", "one has the permit and asks for the lock, one the other way round",
    source: "the pattern of serving#2137", ways: Way.allCases)

  static func run(_ way: Way) throws {
    let breaker = Lockcheck.Semaphore(value: way == .otherwise ? 2 : 1, name: "breaker")
    let requests = Lock(name: "requests")
    let (both, first) = (Cue(), Cue())
    together(
      CheckedThread(name: "request") {
        breaker.acquire()
        if way == .hanging { both.meet() }
        requests.withLock {}
        breaker.release()
        first.give()
      },
      CheckedThread(name: "counter") {
        if way == .lucky { first.wait() }
        if way == .mended {
          breaker.withPermit { requests.withLock {} }
          return
        }
        requests.withLock {
          if way == .hanging { both.meet() }
          breaker.withPermit {}
        }
      })
  }
}
