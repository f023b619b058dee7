import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// Each case with a schedule that the clocks leave open, and its neighbour that they do not.
@Suite struct `A schedule of accesses that clocks put in order` {
  @Test func `is uncertain with a read that may have seen another write`() {
    #expect(!isCertain([0], of: "T1: r(y)\nT2: w(y)"))
    #expect(isCertain([0], of: "T1: r(y)\nT2: r(y)"))
    let apart = "T1: r(y) acq(L) rel(L)\nT2: acq(L) rel(L) w(y)"
    #expect(isCertain([0, 1, 2, 3, 4, 5], of: apart))
  }

  @Test func `knows threads to be made before, and found at their ends after, what is read`() {
    #expect(isCertain([0, 1, 2], of: "T1: w(y) fork(T2)\nT2: r(y)"))
    #expect(isCertain([0, 1, 2], of: "T2: w(y)\nT1: join(T2) r(y)"))
    #expect(!isCertain([0, 1, 2], of: "T2: w(y)\nT1: acq(L) r(y)"))
  }

  @Test func `is uncertain where a write may be repeated after it was seen`() {
    let drawing = "T1: w(y) w(x) acq(L) rel(L)\nT2: acq(L) rel(L) r(y)"
    #expect(!isCertain([0, 4, 5, 6], of: drawing))
    #expect(isCertain([0, 1, 4, 5, 6], of: drawing))
    #expect(!isCertain([4, 5, 6], after: 1, of: drawing))
    #expect(isCertain([4, 5, 6], after: 2, of: drawing))
  }

  @Test func `is uncertain where a read may be repeated after a write that it did not see`() {
    let drawing = "T1: r(y) r(z) acq(L) rel(L)\nT2: acq(L) rel(L) w(y)"
    #expect(!isCertain([0, 4, 5, 6, 1], of: drawing))
    #expect(isCertain([0, 1, 4, 5, 6], of: drawing))
    #expect(!isCertain([4, 5, 6, 1], after: 1, of: drawing))
    #expect(isCertain([4, 5, 6], after: 1, of: drawing))
  }

  @Test func `may repeat what came before an atomic read, not what came before an atomic write`() {
    func isCertain(around atomic: String, hasExactAtomics: Bool) -> Bool {
      self.isCertain(
        [0, 4, 5, 6, 1], of: "T1: r(y) \(atomic)(f) acq(L) rel(L)\nT2: acq(L) rel(L) w(y)",
        hasExactAtomics: hasExactAtomics)
    }
    #expect(!isCertain(around: "ar", hasExactAtomics: true))
    #expect(isCertain(around: "aw", hasExactAtomics: true))
    #expect(!isCertain(around: "aw", hasExactAtomics: false))
  }

  private func isCertain(
    _ events: [Int], after start: Int = 0, of drawing: String, hasExactAtomics: Bool = false
  ) -> Bool {
    let index = runIndex(drawing.drawnInTurn)
    var order = ClockOrder(index, hasExactAtomics: hasExactAtomics)
    return order.isCertain(FoundSchedule(start: start, events: events), in: index)
  }
}
