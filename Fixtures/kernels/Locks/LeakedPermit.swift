import Lockcheck

enum LeakedPermit: Kernel {
  static let about = About(
    "leaked-permit", "an error path keeps the permit",
    source: "the pattern of a limiter without defer", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let slots = Lockcheck.Semaphore(value: 1, name: "slots")
    @Sendable func request(fails: Bool) throws {
      slots.acquire()
      if way == .mended {
        defer { slots.release() }
        if fails { throw Failure() }
        return
      }
      if fails { throw Failure() }
      slots.release()
    }
    together(CheckedThread(name: "client") { try? request(fails: true) })
    try request(fails: false)
  }
}
