import Lockcheck

enum FeedsItself: Kernel {
  static let about = About(
    "feeds-itself", "a worker puts what follows into the full queue that it alone empties",
    source: "the pattern of cockroach#35931", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let pages = Queue<Int>(capacity: way == .mended ? 0 : 1, name: "pages")
    try pages.put(2)
    together(
      CheckedThread(name: "crawler") {
        while let page = try? pages.tryGet() {
          for next in 0..<page { try pages.put(next) }
        }
      })
  }
}
