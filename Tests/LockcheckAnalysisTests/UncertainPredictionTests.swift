import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

private let race = """
  T1: w(x) acq(L) rel(L)
  T2: acq(L) rel(L) w(x)
  """.drawnInTurn

private let raceAfterRead = """
  T1: w(x) acq(L) rel(L)
  T2: acq(L) r(y) rel(L) w(x)
  """.drawnInTurn

/// Another thread writes what is read, at a moment that clocks do not tell.
private let raceAfterUncertainRead = raceAfterRead + "\nT3: w(y)"

@Suite struct `A prediction from an uncertain trace` {
  @Test(arguments: [race, raceAfterRead])
  func `is promised where the order of accesses is exact`(drawing: String) {
    #expect(Predictions(drawing).verdicts == [.predicted])
  }

  @Test func `is promised where its schedule runs no access`() {
    #expect(Predictions(race, accessOrder: .approximate).verdicts == [.predicted])
  }

  @Test func `is promised where what its schedule reads is certain`() {
    let predictions = Predictions(raceAfterRead, accessOrder: .approximate)
    #expect(predictions.verdicts == [.predicted])
    #expect(predictions.schedules == [[3, 4, 5]])
  }

  @Test func `is not promised where somebody may have written what its schedule reads`() {
    func findings(_ order: TraceHeader.AccessOrder) -> [String] {
      Predictions(raceAfterUncertainRead, accessOrder: order).findings
    }
    let read = "observed data-race y: T3 write(y) [], T2 read(y) [L]"
    let write = "data-race x: T1 write(x) [], T2 write(x) []"
    #expect(findings(.exact) == [read, "predicted \(write)"])
    #expect(findings(.approximate) == [read, "possible \(write)"])
  }

  @Test func `is not promised where a thread would stand between a write and its repetition`() {
    func verdicts(_ drawing: String) -> [Verdict] {
      Predictions(drawing.drawnInTurn, accessOrder: .approximate).result.findings
        .filter { $0.steps.count == 2 && $0.steps[1].event > 7 }.map(\.verdict)
    }
    let reader = "T2: acq(L) r(y) rel(L) w(x)"
    // The first of the two accesses to x stands in the stretch in which y is written.
    #expect(verdicts("T1: acq(M) rel(M) w(y) w(x) acq(L) rel(L)\n\(reader)") == [.possible])
    #expect(verdicts("T1: w(y) acq(M) rel(M) w(x) acq(L) rel(L)\n\(reader)") == [.predicted])
  }

  @Test func `is not promised through a write that may be an update of what is not there`() {
    func verdicts(_ drawing: String, _ order: TraceHeader.AccessOrder) -> [Verdict] {
      Predictions(drawing.drawnInTurn, accessOrder: order).verdicts
    }
    let updates = "T1: w(x) acq(L) w(c) rel(L)\nT2: acq(L) w(c) rel(L) w(x)"
    #expect(verdicts(updates, .exact) == [.predicted])
    #expect(verdicts(updates, .approximate) == [.possible])
    // It is the first write of this variable, in the run as in the schedule.
    let first = "T1: w(x) acq(L) rel(L)\nT2: acq(L) w(c) rel(L) w(x)"
    #expect(verdicts(first, .approximate) == [.predicted])
  }

  @Test func `is promised through atomics where they stand where they took effect`() {
    func verdicts(hasExactAtomics: Bool) -> [Verdict] {
      let drawing = "T3: aw(f)\nT1: w(x) acq(L) rel(L)\nT2: acq(L) ar(f) rel(L) w(x)".drawnInTurn
      return Predictions(drawing, accessOrder: .approximate, hasExactAtomics: hasExactAtomics)
        .verdicts
    }
    #expect(verdicts(hasExactAtomics: true) == [.predicted])
    #expect(verdicts(hasExactAtomics: false) == [.possible])
  }

  @Test func `is taken back where something in the middle is lost`() {
    let predictions = Predictions(race, hasGap: true)
    #expect(predictions.verdicts == [.possible])
    #expect(predictions.schedules == [[]])
    #expect(predictions.result.findings.first?.assumes.contains(.incompleteTrace) == true)
  }

  @Test func `stands where only the end is lost`() {
    let predictions = Predictions(race, hasGap: false)
    #expect(predictions.verdicts == [.predicted])
    #expect(predictions.schedules == [[3, 4]])
  }
}
