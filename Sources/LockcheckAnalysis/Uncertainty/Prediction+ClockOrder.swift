import LockcheckFindings
import LockcheckTrace

extension Prediction {
  /// Says of the races of this run which of them are certain, where accesses stand in the order of clocks.
  ///
  /// A race is if some pair of its accesses is: if everything that comes before the two for certain sees the
  /// same in every order that the clocks allow, but for what is done to the variable itself. That the variable
  /// has a race is then certain; which accesses of two stretches met the clocks do not say.
  mutating func judgeRaces(_ detections: inout Detections) {
    for number in detections.findings.indices where detections.findings[number].rule == .dataRace {
      let pairs = detections.findings[number].occurrences
      var isCertain = false
      for pair in pairs.prefix(Self.judgedPairs) where !isCertain {
        isCertain = isCertainRace(pair[0], pair[1])
      }
      detections.findings[number].verdict = isCertain ? .observed : .possible
    }
  }

  private mutating func isCertainRace(_ earlier: Int, _ later: Int) -> Bool {
    guard judgeBudget >= later else { return false }
    judgeBudget -= later
    guard let past = index.past(of: earlier, and: later) else { return false }
    return clockOrder!.isCertain(
      FoundSchedule(events: past), butFor: index.history[later].object, in: index)
  }

  /// Where a race of this run is told of that is only possible, and at the same places in the code.
  func possibleRace(like finding: Finding, _ detections: Detections) -> Int? {
    func places(_ finding: Finding) -> [UInt32] {
      finding.objects.map(\.rawValue)
        + finding.steps.flatMap { [$0.stack.rawValue, UInt32($0.operation.rawValue)] }
    }
    return detections.findings.firstIndex {
      $0.rule == .dataRace && $0.verdict == .possible && places($0) == places(finding)
    }
  }

  /// Of how many pairs of a race one is looked for that is certain.
  private static let judgedPairs = 4
}
