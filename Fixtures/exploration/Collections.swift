import Lockcheck

extension ExplorationProgram {
  /// `java.util.Vector(Collection)` of JDK 1.1: the size of the other vector, then its elements.
  static let vector = ExplorationProgram(
    "vector", origin: "java.util.Vector(Collection), JDK 1.1",
    bug: "elements are taken out between the size and the copy", .check
  ) { isMended in
    let monitor = RLock(name: "vector")
    let elements = Shared([1, 2, 3], name: "elements")
    let size: @Sendable () -> Int = { monitor.withLock { elements.load().count } }
    let clear = thread("clear") { monitor.withLock { elements.store([]) } }
    let copy = thread("copy") {
      if isMended { monitor.lock() }
      defer { if isMended { monitor.unlock() } }
      let room = size()
      let copied = monitor.withLock { elements.load() }
      guard copied.count == room else { throw Broken("room for \(room), \(copied.count) copied") }
    }
    try together(clear, copy)
  }

  /// The ConTest benchmark `linkedlist`: two threads walk to the end of a list and hang their nodes on.
  static let linkedList = ExplorationProgram(
    "linkedlist", origin: "ConTest linkedlist", bug: "two nodes are hung on the same end", .check
  ) { isMended in
    let lock = isMended ? Lock(name: "list") : nil
    // What comes after node 0, the head, and four others.
    let next = (0..<5).map { Shared<Int?>(nil, name: "node \($0).next") }
    let builders = threads(2, "build") { number in
      for node in [1 + 2 * number, 2 + 2 * number] {
        lock?.lock()
        var last = 0
        while let following = next[last].load() { last = following }
        next[last].store(node)
        lock?.unlock()
      }
    }
    try together(builders)
    var (count, last) = (0, 0)
    while let following = next[last].load() { (count, last) = (count + 1, following) }
    guard count == 4 else { throw Broken("\(count) nodes of 4") }
  }

  /// The ConTest benchmark `AllocationVector`: a free block is looked for in one section and taken in
  /// another.
  static let allocationVector = ExplorationProgram(
    "allocation_vector", origin: "ConTest AllocationVector",
    bug: "two threads find the same free block", .check
  ) { isMended in
    let monitor = RLock(name: "vector")
    let isTaken = (0..<4).map { Shared(false, name: "block \($0)") }
    let users = threads(2, "allocate") { _ in
      for _ in 0..<2 {
        if isMended { monitor.lock() }
        defer { if isMended { monitor.unlock() } }
        let free = monitor.withLock { isTaken.firstIndex { !$0.load() } }
        guard let free else { return }
        try monitor.withLock {
          guard !isTaken[free].load() else { throw Broken("block \(free) is taken twice") }
          isTaken[free].store(true)
        }
      }
    }
    try together(users)
  }

  /// The ConTest benchmark `BoundedBuffer`: producers and consumers wait on one condition, and one wakes
  /// another of its own kind.
  static let boundedBuffer = ExplorationProgram(
    "boundedbuffer", origin: "ConTest BoundedBuffer; producerConsumer of SIR",
    bug: "one is notified where only the other kind could go on", .deadlock
  ) { isMended in
    let changed = Condition(name: "buffer")
    let count = Shared(0, name: "count")
    let wake: @Sendable () -> Void = { isMended ? changed.notifyAll() : changed.notify() }
    let producers = threads(2, "produce") { _ in
      for _ in 0..<2 {
        changed.withLock {
          while count.load() == 1 { changed.wait() }
          count.store(1)
          wake()
        }
      }
    }
    let consumers = threads(2, "consume") { _ in
      for _ in 0..<2 {
        changed.withLock {
          while count.load() == 0 { changed.wait() }
          count.store(0)
          wake()
        }
      }
    }
    try together(producers + consumers)
  }
}
