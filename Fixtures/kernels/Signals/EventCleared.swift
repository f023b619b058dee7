import Lockcheck

enum EventCleared: Kernel {
  static let about = About(
    "event-cleared", "an event is set and cleared before anybody waits",
    source: "the pattern of PulseEvent")

  static func run(_ way: Way) throws {
    let tick = Event(name: "tick")
    let isOver = Cue()
    together(
      CheckedThread(name: "listener") {
        if way == .hanging { isOver.wait() }
        tick.wait()
      },
      CheckedThread(name: "clock") {
        if way == .lucky { until { tick.waitingCount == 1 } }
        tick.set()
        if way != .mended { tick.clear() }
        isOver.give()
      })
  }
}
