import LockcheckAnalysis
import LockcheckTestKit
import LockcheckTrace
import Testing

private func races(_ drawing: String) -> [String] {
  let result = analyze(trace(drawing), with: [FastTrackDetector()])
  return result.findings.map { summary($0, in: result.tables) }
}

@Suite struct `Data races of the schedule that ran` {
  @Test func `two writes that nothing orders are a race`() {
    #expect(
      races(
        """
        T1: w(x)
        T2:      w(x)
        """) == ["observed data-race x: T1 write(x) [], T2 write(x) []"])
  }

  @Test func `two reads are none`() {
    #expect(races("T1: r(x)\nT2:      r(x)").isEmpty)
  }

  @Test func `a lock that both hold orders them`() {
    #expect(
      races(
        """
        T1: acq(A) w(x) rel(A)
        T2:                    acq(A) w(x) rel(A)
        """
      ).isEmpty)
  }
}
