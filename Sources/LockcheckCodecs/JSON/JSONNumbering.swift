import LockcheckTrace

/// The numbers that rows are written with: their own where they have one, and otherwise the smallest
/// that nothing has.
struct JSONNumbering {
  private(set) var numbers: [Int64] = []
  private var used: Set<Int64> = []
  private var candidate: Int64 = 1

  subscript(index: Int) -> Int64 { numbers[index] }

  /// Numbers the rows from ``numbers``' end on.
  ///
  /// A row that comes when its number was given away already gets another one.
  mutating func add(_ externals: some Sequence<Int64?>) {
    let externals = Array(externals)
    let taken = externals.map { number in number.map { used.insert($0).inserted } ?? false }
    for (number, isTaken) in zip(externals, taken) {
      if let number, isTaken {
        numbers.append(number)
        continue
      }
      while !used.insert(candidate).inserted { candidate += 1 }
      numbers.append(candidate)
    }
  }
}
