import LockcheckTrace

/// Variables of a recording that have no row of their own: they lie in runs of memory whose bytes are
/// numbered one after the other.
struct RecordedVariables {
  /// Bytes that follow each other in memory and by number.
  struct Run {
    /// The number of the first byte.
    var first: UInt32
    /// How many there are.
    var count: UInt32
    /// Where the first of them lies.
    var address: UInt64
    /// The stack that made them, where it is known.
    var creation: UInt32?

    /// Reads the members of a row.
    init(from reader: inout BinaryRowReader) throws(TraceCodingError) {
      first = try reader.identifier()
      count = try reader.identifier()
      guard !first.addingReportingOverflow(count).overflow else {
        throw reader.wrong(.limit, "variables with numbers that are too large")
      }
      address = try reader.number()
      let stack = try reader.identifier()
      creation = stack == 0 ? nil : stack - 1
    }

    func contains(_ number: UInt32) -> Bool { number >= first && number - first < count }
  }

  /// By the number that their first has, divided by 4096: a run reaches into one more at the most.
  private var runs: [UInt32: [Run]] = [:]
  private static let reach: UInt32 = 4096

  /// Takes in a run. What it says of a number counts before what earlier ones say.
  mutating func add(_ run: Run) {
    // Damaged files are no reason to go through four thousand million numbers.
    guard run.count > 0, run.count <= Self.reach else { return }
    runs[run.first / Self.reach, default: []].append(run)
    let last = (run.first + run.count - 1) / Self.reach
    if last != run.first / Self.reach { runs[last, default: []].append(run) }
  }

  /// The variable that begins at the byte of this number; nil where no run has it.
  func row(of number: UInt32) -> BinaryObjectRow? {
    guard let known = runs[number / Self.reach] else { return nil }
    guard let run = known.last(where: { $0.contains(number) }) else { return nil }
    var details = ObjectDetails()
    details.address = run.address + UInt64(number - run.first)
    return BinaryObjectRow(
      kind: .variable, name: nil, creation: run.creation, details: details)
  }
}
