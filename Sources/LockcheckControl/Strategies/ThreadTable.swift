/// What the strategies ask of a decision.
extension Decision {
  /// How many choices are steps; the timeouts stand after them.
  var readyCount: Int {
    var count = choices.count
    while count > 0, choices[count - 1].isTimeout { count -= 1 }
    return count
  }
}

/// A table with an entry for each thread of a schedule, by its number, filled as threads are seen.
struct ThreadTable<Value: Sendable>: Sendable {
  private var values: [Value?] = []

  /// Forgets every entry and keeps the room.
  mutating func removeAll() { values.removeAll(keepingCapacity: true) }

  /// The entry of a thread, if it has one.
  subscript(thread: Int) -> Value? {
    get { thread < values.count ? values[thread] : nil }
    set {
      while values.count <= thread { values.append(nil) }
      values[thread] = newValue
    }
  }
}

/// Chance as the strategies use it for timeouts.
extension SeededRandom {
  /// Whether a timeout may come before others have done what they can: one time in eight.
  mutating func letsTimeoutsFire() -> Bool { below(8) == 0 }

  /// Draws an index with a probability in proportion to its weight; any, if all are 0.
  mutating func pick(_ weights: [Int]) -> Int {
    let total = weights.reduce(0, +)
    guard total > 0 else { return below(weights.count) }
    var rest = below(total)
    for index in weights.indices {
      rest -= weights[index]
      if rest < 0 { return index }
    }
    return weights.count - 1
  }
}
