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

/// A third thread writes what the schedule reads, and nothing orders the two.
private let raceAfterRacyRead = """
  T1: w(x) acq(L) rel(L)
  T2: acq(L) r(y) rel(L) w(x)
  T3: w(y)
  """.drawnInTurn

@Suite struct `A prediction from an uncertain trace` {
  @Test(arguments: [race, raceAfterRead])
  func `is promised where the order of accesses is exact`(drawing: String) {
    #expect(Predictions(drawing).verdicts == [.predicted])
  }

  @Test func `is promised where its schedule runs no access`() {
    #expect(Predictions(race, accessOrder: .approximate).verdicts == [.predicted])
  }

  @Test(arguments: [TraceHeader.AccessOrder.approximate, .atomicsExact])
  func `is promised where no write races with a read`(order: TraceHeader.AccessOrder) {
    #expect(Predictions(raceAfterRead, accessOrder: order).verdicts == [.predicted])
  }

  @Test(arguments: [TraceHeader.AccessOrder.approximate, .atomicsExact])
  func `is not promised where clocks put a read in its place`(order: TraceHeader.AccessOrder) {
    let exact = Predictions(raceAfterRacyRead)
    #expect(exact.verdicts.contains(.predicted))
    let predictions = Predictions(raceAfterRacyRead, accessOrder: order)
    #expect(!predictions.verdicts.contains(.predicted))
    #expect(predictions.verdicts.contains(.possible))
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
