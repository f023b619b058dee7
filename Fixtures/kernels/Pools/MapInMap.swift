import Lockcheck

enum MapInMap: Kernel {
  static let about = About(
    "map-in-map", "a map inside a map, in one pool", source: "the pattern of nested parallel loops",
    ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let pool = ThreadPool(workers: 2, name: "pool")
    let both = Cue()
    let sums = try pool.map([10, 20]) { row in
      if way == .mended { return [1, 2].map { row + $0 }.reduce(0, +) }
      both.meet()
      return try pool.map([1, 2]) { row + $0 }.reduce(0, +)
    }
    precondition(sums.count == 2)
    pool.shutDown()
  }
}
