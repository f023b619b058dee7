/// From the numbers that a trace uses to dense ones.
///
/// Small numbers in an array, the others in a dictionary: a single huge number costs no memory.
struct NumberTable {
  private var small: [UInt32] = []
  private var others: [Int64: UInt32] = [:]
  private var entries = 0

  /// The dense number.
  @inline(__always) subscript(number: Int64) -> UInt32? {
    if number >= 0, number < Int64(small.count) {
      let value = small[Int(truncatingIfNeeded: number)]
      if value != .max { return value }
    }
    return others.isEmpty ? nil : others[number]
  }

  /// Adds a number that is not there yet.
  mutating func insert(_ number: Int64, value: UInt32) {
    entries += 1
    // The array is never longer than a few times what was put in.
    guard number >= 0, number < Int64(entries) * 4 + 64 else {
      others[number] = value
      return
    }
    let place = Int(number)
    if place >= small.count {
      small.append(contentsOf: repeatElement(.max, count: place + 1 - small.count))
    }
    small[place] = value
  }
}
