import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import Testing

/// T2 passes through A before T1 takes it: only with another order on A do they meet.
private let swapped = """
  T1: acq(A) acq(B) rel(B) rel(A)
  T2: acq(A) rel(A) acq(B) acq(A) rel(A) rel(B)
  """.drawnInTurn

/// They meet with A and B taken in the order of the run.
private let kept = """
  T1: acq(A) acq(B) rel(B) rel(A)
  T2: acq(B) acq(A) rel(A) rel(B)
  """.drawnInTurn

@Suite struct `The engine` {
  @Test(arguments: [swapped, kept])
  func `streaming looks for no schedule, and says so`(drawing: String) {
    let predictions = Predictions(drawing, engine: .streaming)
    #expect(predictions.verdicts == [.possible])
    #expect(predictions.missing == [.notSearched])
    #expect(predictions.schedules == [[]])
    #expect(predictions.result.engine == .streaming)
    #expect(predictions.result.warnings.isEmpty)
  }

  @Test func `sync-preserving keeps the order of sections`() {
    #expect(Predictions(kept, engine: .syncPreserving).verdicts == [.predicted])
    let predictions = Predictions(swapped, engine: .syncPreserving)
    #expect(predictions.verdicts == [.possible])
    #expect(predictions.missing == [.notDecided])
    #expect(predictions.result.engine == .syncPreserving)
  }

  @Test func `search changes the order of sections`() {
    let predictions = Predictions(swapped, engine: .search)
    #expect(predictions.verdicts == [.predicted])
    #expect(predictions.schedules == [[4, 5, 0, 6]])
    #expect(predictions.result.engine == .search)
  }

  @Test func `is search for a trace that can be kept`() {
    let predictions = Predictions(kept, historyLimit: 8)
    #expect(predictions.verdicts == [.predicted])
    #expect(predictions.result.engine == .search)
    #expect(predictions.result.warnings.isEmpty)
  }

  @Test func `is streaming for a longer one, with a warning`() {
    let predictions = Predictions(kept, historyLimit: 7)
    #expect(predictions.verdicts == [.possible])
    #expect(predictions.missing == [.notSearched])
    #expect(predictions.result.engine == .streaming)
    #expect(predictions.result.warnings.map(\.kind) == [.tooLongForPrediction(limit: 7)])
  }

  @Test(arguments: [Engine.streaming, .syncPreserving, .search])
  func `observes the same races whichever it is`(engine: Engine) {
    let predictions = Predictions("T1: w(x)\nT2:      w(x)", engine: engine)
    #expect(predictions.findings == ["observed data-race x: T1 write(x) [], T2 write(x) []"])
  }
}
