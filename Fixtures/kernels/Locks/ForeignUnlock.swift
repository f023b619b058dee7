import Lockcheck

enum ForeignUnlock: Kernel {
  static let about = About(
    "foreign-unlock", "a thread gives back another's lock, which is refused, and takes it",
    source: "the pattern of a lock handed to another thread", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    // Mended, it is made for that.
    let box = Lock(handover: way == .mended, name: "box")
    let ready = Event(name: "ready")
    let isHeld = Cue()
    together(
      CheckedThread(name: "holder") {
        box.lock()
        isHeld.give()
        ready.wait()
        if way != .mended { box.unlock() }
      },
      CheckedThread(name: "helper") {
        isHeld.wait()
        box.unlock()
        box.withLock { ready.set() }
      })
  }
}
