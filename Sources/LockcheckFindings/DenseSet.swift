/// A set of small numbers, kept as one flag each: schedules name the same few things a hundred
/// thousand times.
struct DenseSet: Sendable {
  private var flags: [Bool] = []

  /// Takes in a number that is smaller than `limit`.
  ///
  /// - Returns: Whether it is new; false for numbers beyond the limit, which are not taken in.
  mutating func insert(_ number: Int, below limit: Int) -> Bool {
    guard number >= 0, number < limit else { return false }
    if number >= flags.count {
      flags.append(contentsOf: repeatElement(false, count: limit - flags.count))
    }
    if flags[number] { return false }
    flags[number] = true
    return true
  }
}
