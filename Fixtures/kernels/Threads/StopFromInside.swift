import Lockcheck

enum StopFromInside: Kernel {
  static let about = About(
    "stop-from-inside", "a stop that waits for its caller",
    source: "the pattern of a shutdown called by the thread that is shut down",
    ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let isStopped = Event(name: "isStopped")
    let runLoop = CheckedThread(name: "run loop") {
      func stop() { if way != .mended { isStopped.wait() } }
      stop()
      isStopped.set()
    }
    together(runLoop)
  }
}
