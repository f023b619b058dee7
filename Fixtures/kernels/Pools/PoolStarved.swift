import Lockcheck

enum PoolStarved: Kernel {
  static let about = About(
    "pool-starved", "as many tasks as workers, and each waits for one that it submits",
    source: "the pattern of thread starvation deadlock in Java Concurrency in Practice",
    ways: Way.allCases)

  static func run(_ way: Way) throws {
    let pool = ThreadPool(workers: way == .mended ? 4 : 2, name: "pool")
    let (both, first) = (Cue(), Cue())
    if way == .otherwise {
      // Nobody waits inside: what follows is called when the result is there.
      let sum = Queue<Int>(name: "sum")
      for i in 0..<2 {
        _ = try pool.submit {
          try pool.submit { i }.whenDone { header in
            if let value = try? header.get() { try? sum.put(value) }
          }
        }
      }
      for _ in 0..<2 { _ = try sum.get() }
      return pool.shutDown()
    }
    let pages = try (0..<2).map { i in
      if way == .lucky, i == 1 { first.wait() }
      let page = try pool.submit {
        if way == .hanging { both.meet() }
        let header = try pool.submit { i }
        header.name = "header"
        defer { first.give() }
        return try header.result()
      }
      page.name = "page"
      return page
    }
    for page in pages { _ = try page.result() }
    pool.shutDown()
  }
}
