import Lockcheck

enum NeverClosed: Kernel {
  static let about = About(
    "never-closed", "the producer ends without closing the queue, and the consumer waits for more",
    source: "the pattern of a range over a channel that nobody closes", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let jobs = Queue<Int>(name: "jobs")
    together(
      CheckedThread(name: "producer") {
        for i in 0..<2 { try jobs.put(i) }
        if way == .mended { jobs.close() }
      },
      CheckedThread(name: "consumer") { while (try? jobs.get()) != nil {} })
  }
}
