import Lockcheck

enum QueuesCrossed: Kernel {
  static let about = About(
    "queues-crossed", "two threads put into each other's full queue before they get from their own",
    source: "the pattern of two bounded channels in a ring", ways: [.hanging, .mended, .otherwise])

  static func run(_ way: Way) throws {
    let capacity = way == .mended ? 2 : 1
    let east = Queue<Int>(capacity: capacity, name: "east")
    let west = Queue<Int>(capacity: capacity, name: "west")
    @Sendable func trade(_ mine: Queue<Int>, _ theirs: Queue<Int>) throws {
      if way == .otherwise {
        // Gets what there is as long as it cannot put.
        var (put, got) = (0, 0)
        while put < 2 || got < 2 {
          if put < 2, (try? theirs.tryPut(put)) != nil { put += 1 }
          if (try? mine.tryGet()) != nil { got += 1 }
          until { put == 2 && got == 2 || put < 2 && !theirs.isFull || !mine.isEmpty }
        }
        return
      }
      for i in 0..<2 { try theirs.put(i) }
      for _ in 0..<2 { _ = try mine.get() }
    }
    together(
      CheckedThread(name: "one") { try trade(east, west) },
      CheckedThread(name: "two") { try trade(west, east) })
  }
}
