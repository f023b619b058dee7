import LockcheckFindings
import LockcheckTrace

/// How much may be spent to prove what is done to many variables at the same two places in the code.
///
/// Two threads that fill one block of memory race on each of its words. To prove one such race, most of the
/// run may have to be looked at; to prove them all would take the words times the events, for what is one
/// defect. So each pair of places has a share that grows with the run: the first race is always looked at,
/// and the others until the share is used up. All pairs together have a share as well.
struct ProofShares {
  /// Where in the code two accesses stand, and what they do there.
  private struct Places: Hashable {
    var stacks: SIMD2<UInt32>
    var operations: SIMD2<UInt8>
    /// Absent where the stacks tell of a place.
    var variable: ObjectID
  }

  private let share: Int
  private var total: Int
  private var spent: [Places: Int] = [:]
  /// How many events have been looked at.
  private(set) var steps = 0

  /// - Parameters:
  ///   - eventCount: How many events the run has.
  ///   - limit: How many may be looked at in all.
  init(eventCount: Int, limit: Int) {
    share = Self.leastShare + 4 * eventCount
    total = limit
  }

  private static let leastShare = 1_000_000

  /// Whether another race at the places of the finding may be looked at.
  func allows(_ finding: Finding) -> Bool {
    total > 0 && spent[places(of: finding), default: 0] < share
  }

  /// Takes note that some events were looked at for a finding.
  mutating func spend(_ count: Int, on finding: Finding) {
    // What costs nothing is many all the same.
    let count = count + 16
    steps += count
    total -= count
    spent[places(of: finding), default: 0] += count
  }

  private func places(of finding: Finding) -> Places {
    let (one, other) = (finding.steps[0], finding.steps[1])
    let isPlaced = one.stack.isPresent && other.stack.isPresent
    return Places(
      stacks: SIMD2(one.stack.rawValue, other.stack.rawValue),
      operations: SIMD2(one.operation.rawValue, other.operation.rawValue),
      variable: isPlaced ? .absent : one.object)
  }

  /// The findings, the first of each pair of places first.
  func inTurn(_ findings: [Finding]) -> [Int] {
    var seen: Set<Places> = []
    var first: [Int] = []
    var rest: [Int] = []
    for number in findings.indices where findings[number].rule == .dataRace {
      if seen.insert(places(of: findings[number])).inserted {
        first.append(number)
      } else {
        rest.append(number)
      }
    }
    return first + rest
  }
}
