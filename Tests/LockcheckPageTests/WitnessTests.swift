import Foundation
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckPage

/// The table of the first finding of a run.
private func table(of trace: Trace) throws -> WitnessTable {
  let report = try TraceAnalysis(resolver: TraceAnalysis.withoutSymbols)
    .report(on: TraceEvents(trace))
  let finding = try #require(report.findings.first)
  return WitnessTable(Story(finding, in: report), in: report.tables)
}

/// `T1 holds A from 3`, `T1 held A from 3 to 5`.
private func drawn(_ table: WitnessTable) -> [String] {
  table.bars.map { bar in
    let name = table.lanes[bar.lane]
    return bar.to.map { "\(name) held \(bar.label) from \(bar.from) to \($0)" }
      ?? "\(name) holds \(bar.label) from \(bar.from)"
  }
}

@Suite struct `The steps of a finding` {
  @Test func `are the schedule that makes it happen, with what is held as bars`() throws {
    let table = try table(of: trace(crossed))
    #expect(table.isSchedule)
    #expect(table.lanes == ["T1", "T2"])
    #expect(
      table.rows.map(\.text) == ["T1 takes A", "T2 takes B", "T1 waits for B", "T2 waits for A"])
    #expect(table.rows.map(\.isEnd) == [false, false, true, true])
    #expect(drawn(table) == ["T1 holds A from 0", "T2 holds B from 1"])
  }

  @Test func `of what happened are those of the trace`() throws {
    let table = try table(
      of: trace(
        """
        T1: acq(A)         acq(B)?
        T2:         acq(B)         acq(A)?
        """))
    #expect(!table.isSchedule)
    #expect(table.rows.map(\.text) == ["T1 waits for B", "T2 waits for A"])
    #expect(drawn(table) == ["T1 holds A from 0", "T2 holds B from 0"])
  }

  @Test func `of a long schedule are its end, and where what is held then was taken`() throws {
    // T1 does a thousand things with A held, so that all of them are part of the schedule.
    let idle = String(repeating: "acq(X) rel(X) ", count: 500)
    let first = "T1: acq(A) \(idle)acq(B) rel(B) rel(A) "
    let second =
      "T2:" + String(repeating: " ", count: first.count - 3) + "acq(B) acq(A) rel(A) rel(B)"
    let table = try table(of: trace(first + "\n" + second))
    #expect(table.isSchedule)
    #expect(table.rows.count < 220)
    #expect(table.rows[0].text == "T1 takes A")
    #expect(table.rows[1].lane == -1)
    #expect(table.rows[1].text.hasSuffix(" events"))
    #expect(drawn(table).contains("T1 holds A from 0"))
    #expect(table.rows.suffix(2).map(\.isEnd) == [true, true])
    // Every event is shown or counted.
    let left = table.rows.filter { $0.lane < 0 }.compactMap { Int($0.text.prefix { $0 != " " }) }
    let shown = table.rows.filter { $0.lane >= 0 && !$0.isEnd }.count
    #expect(left.reduce(0, +) + shown == 1_002)
  }
}
