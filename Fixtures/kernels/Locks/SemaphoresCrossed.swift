import Lockcheck

enum SemaphoresCrossed: Kernel {
  static let about = About(
    "semaphores-crossed", "two semaphores of one permit, taken in opposite orders",
    source: "the pattern of Dijkstra's P and V as locks")

  static func run(_ way: Way) throws {
    let left = Lockcheck.Semaphore(value: 1, name: "left")
    let right = Lockcheck.Semaphore(value: 1, name: "right")
    let (both, first) = (Cue(), Cue())
    together(
      CheckedThread(name: "one") {
        left.withPermit {
          if way == .hanging { both.meet() }
          right.withPermit {}
        }
        first.give()
      },
      CheckedThread(name: "two") {
        if way == .lucky { first.wait() }
        if way == .mended { return left.withPermit { right.withPermit {} } }
        right.withPermit {
          if way == .hanging { both.meet() }
          left.withPermit {}
        }
      })
  }
}
