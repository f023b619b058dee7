import Lockcheck

enum EventCleared: Kernel {
  static let about = About(
    "event-cleared", "an event is set and cleared before anybody waits",
    source: "the pattern of PulseEvent", ways: Way.allCases)

  static func run(_ way: Way) throws {
    let tick = Event(name: "tick")
    // Otherwise, who has seen it clears it and says so, twice.
    let seen = Event(name: "seen")
    let isOver = Cue()
    together(
      CheckedThread(name: "listener") {
        if way == .hanging { isOver.wait() }
        tick.wait()
        guard way == .otherwise else { return }
        tick.clear()
        seen.set()
        tick.wait()
      },
      CheckedThread(name: "clock") {
        if way == .lucky { until { tick.waitingCount == 1 } }
        tick.set()
        if way == .otherwise {
          seen.wait()
          seen.clear()
          tick.set()
        }
        if !way.isMended { tick.clear() }
        isOver.give()
      })
  }
}
