import Lockcheck

enum JoinEachOther: Kernel {
  static let about = About(
    "join-each-other", "two threads join each other",
    source: "the pattern of two services that stop each other", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let others = Shared<[CheckedThread]>([], name: "others")
    let isReady = Cue()
    let threads = (0..<2).map { i in
      CheckedThread(name: "service \(i)") {
        isReady.wait()
        if way == .mended, i == 1 { return }
        others.load()[1 - i].join()
      }
    }
    others.store(threads)
    for thread in threads { thread.start() }
    isReady.give()
    for thread in threads { thread.join() }
  }
}
