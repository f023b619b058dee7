import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import Testing

private let nested = "predicted lock-order-cycle B A: T1 acquire(B) [A], T2 acquire(A) [B]"
private let unproved = "possible lock-order-cycle B A: T1 acquire(B) [A], T2 acquire(A) [B]"

@Suite struct `A predicted deadlock` {
  @Test func `comes with the events that lead to it, and no others`() {
    let predictions = Predictions(
      """
      T1: acq(A) acq(B) rel(B) rel(A)
      T2:                             acq(B) acq(A) rel(A) rel(B)
      """)
    #expect(predictions.findings == [nested])
    #expect(predictions.schedules == [[0, 4]])
  }

  @Test func `is not promised where a thread goes on because of what it has read`() {
    let predictions = Predictions(
      """
      T1: acq(A) acq(B) rel(B) rel(A) acq(C) w(x) rel(C)
      T2: acq(C) r(x) rel(C) acq(B) acq(A) rel(A) rel(B)
      """.drawnInTurn)
    #expect(predictions.findings == [unproved])
    #expect(predictions.missing == [.values])
  }

  @Test func `may read what was written before the nest`() {
    let predictions = Predictions(
      """
      T1: acq(C) w(x) rel(C) acq(A) acq(B) rel(B) rel(A)
      T2: acq(C) r(x) rel(C) acq(B) acq(A) rel(A) rel(B)
      """.drawnInTurn)
    #expect(predictions.findings == [nested])
    #expect(predictions.schedules == [[0, 1, 2, 3, 7, 8, 9, 10]])
  }

  @Test func `is looked for at every instance of its steps`() {
    // T2 has to wait for the first of T1's nests, and not for the second.
    let predictions = Predictions(
      """
      T1: acq(A) acq(B) rel(B) rel(A) acq(C) w(x) rel(C) acq(A) acq(B) rel(B) rel(A)
      T2: acq(C) r(x) rel(C) acq(B) acq(A) rel(A) rel(B)
      """.drawnInTurn)
    #expect(predictions.findings == [nested])
    #expect(predictions.result.findings.first?.steps.map(\.event) == [8, 15])
  }

  @Test func `may go through a thread's end`() {
    let predictions = Predictions(
      """
      T1: fork(T2)               acq(A) join(T2) rel(A)
      T2:          acq(A) rel(A)
      """)
    #expect(
      predictions.findings == [
        "predicted lock-order-cycle A: T2 acquire(A) [], T1 join(T2) [A]"
      ])
    #expect(predictions.schedules == [[0, 3]])
  }

  @Test func `is none where the thread that is waited for takes another lock`() {
    let predictions = Predictions(
      """
      T1: fork(T2)               acq(A) join(T2) rel(A)
      T2:          acq(B) rel(B)
      """)
    #expect(predictions.findings.isEmpty)
  }

  @Test func `may go through a lock that one thread keeps while another runs`() {
    let predictions = Predictions(
      """
      T1: acq(A) fork(T2)               join(T2) rel(A)
      T2:                 acq(B) rel(B)
      T3:                                               acq(B) acq(A) rel(A) rel(B)
      """)
    #expect(predictions.verdicts == [.predicted])
    #expect(predictions.schedules == [[0, 1, 6]])
  }
}
