import Lockcheck

enum ResultAbandoned: Kernel {
  static let about = About(
    "result-abandoned", "who asked has left, and the answer waits to be taken",
    source: "after kubernetes#5316", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let answers = Queue<Int>(capacity: way == .mended ? 2 : 1, name: "answers")
    let isGone = Cue()
    let request = CheckedThread(name: "request") {
      isGone.wait()
      try answers.put(1)
      try answers.put(2)
    }
    request.start()
    // It took too long.
    _ = try? answers.get(timeout: .milliseconds(1))
    isGone.give()
    request.join()
  }
}
