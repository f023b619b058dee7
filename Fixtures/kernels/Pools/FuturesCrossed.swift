import Lockcheck

enum FuturesCrossed: Kernel {
  static let about = About(
    "futures-crossed", "two tasks wait for each other's results",
    source: "the pattern of two lazy values that need each other", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let (a, b) = (Future<Int>(name: "a"), Future<Int>(name: "b"))
    together(
      CheckedThread(name: "one") {
        if way == .mended { return try a.complete(with: .success(1)) }
        let other = try b.result()
        try a.complete(with: .success(other))
      },
      CheckedThread(name: "two") {
        let other = try a.result()
        try b.complete(with: .success(other))
      })
  }
}
