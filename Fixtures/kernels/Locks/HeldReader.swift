import Lockcheck

enum HeldReader: Kernel {
  static let about = About(
    "held-reader",
    "a reader waits for an event, a writer for the reader, the setter for the writer",
    source: "the pattern of a read-write lock that lets writers go first")

  static func run(_ way: Way) throws {
    let table = RWLock(name: "table")
    let ready = Event(name: "ready")
    let (isReading, isSet) = (Cue(), Cue())
    together(
      CheckedThread(name: "reader") {
        if way == .mended { ready.wait() }
        table.withSharedLock {
          isReading.give()
          if way == .lucky { isSet.wait() }
          ready.wait()
        }
      },
      CheckedThread(name: "setter") {
        if way != .mended { isReading.wait() }
        if way == .hanging { until { table.waitingCount == 1 } }
        table.withSharedLock {}
        ready.set()
        isSet.give()
      },
      CheckedThread(name: "writer") {
        if way != .mended { isReading.wait() }
        if way == .lucky { isSet.wait() }
        table.withLock {}
      })
  }
}
