import Foundation
import Glibc
import Lockcheck
import LockcheckAssertions
import LockcheckFindings
import LockcheckReport
import Shelves
import ShelvesAtFirst
import Testing

/// What the tutorial says of its program. Its own tests stand beside this one, as the tutorial has them.
@Suite struct `The tutorial` {
  @Test func `begins with a finding, told as it shows it`() throws {
    let report = try recording {
      let upper = ShelvesAtFirst.Shelf("upper shelf", number: 1, boxes: 10)
      let lower = ShelvesAtFirst.Shelf("lower shelf", number: 2, boxes: 10)
      shifts(
        { ShelvesAtFirst.move(3, from: upper, to: lower) },
        { ShelvesAtFirst.move(1, from: lower, to: upper) })
    }.report
    #expect(report.findings.map(\.finding.rule) == [.lockOrderCycle])
    try expect(TextRenderer().render(report), toHaveLinesOf: "report-1.txt")
  }

  @Test func `ends with a clean run`() throws {
    let report = try recording {
      let upper = Shelves.Shelf("upper shelf", number: 1, boxes: 10)
      let lower = Shelves.Shelf("lower shelf", number: 2, boxes: 10)
      shifts(
        { Shelves.move(3, from: upper, to: lower) }, { Shelves.move(1, from: lower, to: upper) })
    }.report
    try expect(TextRenderer().render(report), toHaveLinesOf: "report-2.txt")
  }

  /// The two never meet here, in a way that no recording shows.
  private func shifts(
    _ day: @escaping @Sendable () -> Void, _ night: @escaping @Sendable () -> Void
  ) {
    let day = CheckedThread(name: "day shift") { day() }
    let night = CheckedThread(name: "night shift") {
      while day.isAlive { usleep(1000) }
      night()
    }
    day.start()
    night.start()
    day.join()
    night.join()
  }

  private func expect(_ report: String, toHaveLinesOf name: String) throws {
    let listing = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Lockcheck/Lockcheck.docc/Resources/\(name)")
    let parts = try String(contentsOf: listing, encoding: .utf8).split(separator: "…\n")
    try #require(!parts.isEmpty)
    for part in parts { #expect(report.contains(part), "\(part)\nis not in\n\(report)") }
  }
}
