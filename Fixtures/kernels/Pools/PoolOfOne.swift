import Lockcheck

enum PoolOfOne: Kernel {
  static let about = About(
    "pool-of-one", "a task of a pool with one worker waits for a task of that pool",
    source: "the pattern of thread starvation deadlock in Java Concurrency in Practice",
    ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let pool = ThreadPool(workers: 1, name: "pool")
    let others = way == .mended ? ThreadPool(workers: 1, name: "others") : pool
    let page = try pool.submit {
      let header = try others.submit { 1 }
      header.name = "header"
      return try header.result()
    }
    page.name = "page"
    _ = try page.result()
    pool.shutDown()
    others.shutDown()
  }
}
