extension TextInput {
  /// Passes over a byte order mark and blanks.
  ///
  /// - Throws: ``TraceCodingError/Code/empty`` where nothing follows.
  mutating func begin() throws(TraceCodingError) {
    while end < 3, try refill() {}
    if end >= 3, buffer[..<3] == [0xEF, 0xBB, 0xBF] { position = 3 }
    while true {
      let rest = buffer[position..<end]
      if let first = rest.firstIndex(where: { $0 > 0x20 }) {
        position = first
        return
      }
      if !rest.isEmpty { position = end }
      guard try refill() else {
        throw TraceCodingError(
          .empty, at: .line(1, column: 1), "an empty trace", expected: ["a header"],
          file: file)
      }
    }
  }

  /// Passes over everything up to and including the next line feed.
  ///
  /// - Returns: How many bytes that was.
  mutating func passLine() throws(TraceCodingError) -> UInt64 {
    var passed: UInt64 = 0
    while true {
      if let index = buffer[position..<end].firstIndex(of: 0x0A) {
        passed += UInt64(index + 1 - position)
        position = index + 1
        return passed
      }
      passed += UInt64(end - position)
      position = end
      guard try refill() else { return passed }
    }
  }
}

extension [TraceLoss] {
  /// The longest list of losses: a trace that is nothing but damage makes no more of them.
  private static var most: Int { 1000 }

  /// Adds a loss, or adds it to the last where the two are one damaged part.
  mutating func add(_ loss: TraceLoss, isAdjacent: Bool) {
    guard isAdjacent || count >= Self.most, let last = indices.last else {
      append(loss)
      return
    }
    if let events = loss.events { self[last].events = (self[last].events ?? 0) + events }
    if let bytes = loss.bytes { self[last].bytes = (self[last].bytes ?? 0) + bytes }
  }
}
