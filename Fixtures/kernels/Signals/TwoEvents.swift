import Lockcheck

enum TwoEvents: Kernel {
  static let about = About(
    "two-events", "two threads each wait for the other's event before they set their own",
    source: "the pattern of cockroach#1462", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let isDrained = Event(name: "isDrained")
    let isStopped = Event(name: "isStopped")
    together(
      CheckedThread(name: "drainer") {
        if way == .mended { isDrained.set() }
        isStopped.wait()
        isDrained.set()
      },
      CheckedThread(name: "stopper") {
        isDrained.wait()
        isStopped.set()
      })
  }
}
