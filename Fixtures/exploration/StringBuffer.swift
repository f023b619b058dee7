import Lockcheck

extension ExplorationProgram {
  /// SCTBench's `CB/stringbuffer-jdk1.4`: the length of another buffer is asked for in one section, and its
  /// characters in the next.
  static let stringBuffer = ExplorationProgram(
    "stringbuffer", origin: "SCTBench CB/stringbuffer-jdk1.4",
    bug: "a buffer is made shorter between its length and its characters", .check
  ) { isMended in
    let source = StringBuffer(3)
    let eraser = thread("erase") {
      source.erase()
      source.append(3)
    }
    let target = StringBuffer(0)
    try together(eraser) { try target.append(source, isWhole: isMended) }
  }
}

/// So many characters, whatever they are.
private final class StringBuffer: Sendable {
  private let lock = RLock(name: "buffer")
  private let count: Shared<Int>

  init(_ length: Int) { count = Shared(length, name: "count") }

  var length: Int { lock.withLock { count.load() } }

  func erase() { lock.withLock { count.modify { $0 = 0 } } }

  func append(_ length: Int) { lock.withLock { count.modify { $0 += length } } }

  func append(_ other: StringBuffer, isWhole: Bool) throws {
    try lock.withLock {
      if isWhole { other.lock.lock() }
      defer { if isWhole { other.lock.unlock() } }
      let length = other.length
      try other.copy(length)
      count.modify { $0 += length }
    }
  }

  private func copy(_ length: Int) throws {
    try lock.withLock {
      guard length <= count.load() else { throw Broken("fewer characters than there were") }
    }
  }
}
