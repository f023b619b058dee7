import Lockcheck

enum ConsumerGone: Kernel {
  static let about = About(
    "consumer-gone", "the consumer fails, and the producer waits for room",
    source: "the pattern of moby#33293", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let lines = Queue<Int>(capacity: 1, name: "lines")
    together(
      CheckedThread(name: "producer") {
        for i in 0..<3 { guard (try? lines.put(i)) != nil else { return } }
      },
      CheckedThread(name: "consumer") {
        _ = try lines.get()
        if way == .mended { lines.close() }
      })
  }
}
