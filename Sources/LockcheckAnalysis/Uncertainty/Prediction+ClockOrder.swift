import LockcheckFindings
import LockcheckTrace

extension Prediction {
  /// Says of the races of this run which of them are certain, where accesses stand in the order of clocks.
  ///
  /// A race is if some pair of its accesses is: if everything that comes before the two for certain sees the
  /// same in every order that the clocks allow, but for what is done to the variable itself. That the variable
  /// has a race is then certain; which accesses of two stretches met the clocks do not say.
  ///
  /// Where there are too many for that, the others are possible: see ``ProofShares``.
  mutating func judgeRaces(_ detections: inout Detections) {
    var shares = ProofShares(
      eventCount: index.history.count, limit: Self.searchBudget + 50 * index.history.count)
    for number in shares.inTurn(detections.findings) {
      let finding = detections.findings[number]
      var isCertain = false
      for pair in finding.occurrences.prefix(Self.judgedPairs) where !isCertain {
        guard shares.allows(finding) else {
          detections.findings[number].missing = .notDecided
          break
        }
        shares.spend(2 * pair[1], on: finding)
        isCertain = isCertainRace(pair[0], pair[1])
      }
      detections.findings[number].verdict = isCertain ? .observed : .possible
    }
    proofSteps += shares.steps
  }

  private mutating func isCertainRace(_ earlier: Int, _ later: Int) -> Bool {
    guard let past = index.past(of: earlier, and: later) else { return false }
    return clockOrder!.isCertain(
      FoundSchedule(events: past), butFor: index.history[later].object, in: index)
  }

  /// Of how many pairs of a race one is looked for that is certain.
  private static let judgedPairs = 4
}

/// The races of a run that are only possible, by the variable and the places in the code.
struct PossibleRaces {
  private var numbers: [[UInt32]: Int] = [:]

  init(_ detections: Detections) {
    for (number, finding) in detections.findings.enumerated()
    where finding.rule == .dataRace && finding.verdict == .possible {
      let places = Self.places(finding)
      if numbers[places] == nil { numbers[places] = number }
    }
  }

  /// Where a race of this run is told of that is only possible, and at the same places in the code.
  func number(like finding: Finding) -> Int? { numbers[Self.places(finding)] }

  private static func places(_ finding: Finding) -> [UInt32] {
    finding.objects.map(\.rawValue)
      + finding.steps.flatMap { [$0.stack.rawValue, UInt32($0.operation.rawValue)] }
  }
}
