import LockcheckFindings
import LockcheckTrace

/// The races found so far: one entry for each variable and pair of places in the code.
struct RaceLedger {
  private struct Key: Hashable {
    var variable: ObjectID
    var earlier: Place
    var later: Place
  }

  private struct Place: Hashable {
    var stack: StackID
    var operation: Operation

    init(_ access: Access) {
      stack = access.stack
      operation = access.operation
    }
  }

  private struct Entry {
    var variable: ObjectID
    var earlier: Access
    var later: Access
    var isCertain: Bool
    var pairs: [[Int]]
    var count: Int
  }

  private var entries: [Entry] = []
  private var places: [Key: Int] = [:]

  /// Takes note of a race.
  mutating func note(_ earlier: Access, _ later: Access, on variable: ObjectID, isCertain: Bool) {
    let key = Key(variable: variable, earlier: Place(earlier), later: Place(later))
    let pair = [earlier.index, later.index]
    if let place = places[key] {
      entries[place].count += 1
      entries[place].isCertain = entries[place].isCertain || isCertain
      if entries[place].pairs.count < Self.pairLimit { entries[place].pairs.append(pair) }
    } else {
      places[key] = entries.count
      entries.append(
        Entry(
          variable: variable, earlier: earlier, later: later, isCertain: isCertain,
          pairs: [pair], count: 1))
    }
  }

  /// How many pairs are kept of one entry. A trace of a hundred million events may have as many; the
  /// count goes on.
  private static let pairLimit = 1_000_000

  /// Makes only possible the races whose first occurrence is in doubt.
  ///
  /// - Parameter isInDoubt: By variable, and the moment of the later access.
  mutating func weaken(where isInDoubt: (ObjectID, Moment) -> Bool) {
    for place in entries.indices
    where isInDoubt(entries[place].variable, entries[place].later.moment) {
      entries[place].isCertain = false
    }
  }

  func findings(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    for entry in entries {
      let steps = [
        entry.earlier.step(on: entry.variable, in: run),
        entry.later.step(on: entry.variable, in: run),
      ]
      let assumes = run.assumptions.filter { $0 != .valuesNotTraced }
      var finding = Finding(
        .dataRace, entry.isCertain ? .observed : .possible, .unordered, steps: steps,
        assumes: assumes)
      finding.occurrences = entry.pairs
      finding.occurrenceCount = entry.count
      findings.append(finding)
    }
    return findings
  }
}
