import Lockcheck

enum EventNeverSet: Kernel {
  static let about = About(
    "event-never-set", "the thread that was to set it fails",
    source: "the pattern of a reply that an error path forgets", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let replied = Event(name: "replied")
    let server = CheckedThread(name: "server") {
      do { throw Failure() } catch {
        if way == .mended { replied.set() }
        return
      }
    }
    together(server)
    replied.wait()
  }
}
