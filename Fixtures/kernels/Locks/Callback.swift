import Lockcheck

enum Callback: Kernel {
  static let about = About(
    "callback", "observers are called under the subject's lock, and ask it something",
    source: "the pattern of moby#4951")

  static func run(_ way: Way) throws {
    let subject = RLock(name: "subject")
    let view = RLock(name: "view")
    let (both, first) = (Cue(), Cue())
    @Sendable func tell() { view.withLock {} }
    together(
      CheckedThread(name: "changer") {
        subject.withLock {
          if way == .hanging { both.meet() }
          if way != .mended { tell() }
        }
        if way == .mended { tell() }
        first.give()
      },
      CheckedThread(name: "drawer") {
        if way == .lucky { first.wait() }
        view.withLock {
          if way == .hanging { both.meet() }
          subject.withLock {}
        }
      })
  }
}
