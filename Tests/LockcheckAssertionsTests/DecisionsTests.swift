import AssertionsTestKit
import Foundation
import Lockcheck
import LockcheckAssertions
import Testing

@Suite struct `What was decided about findings` {
  /// The rules of what is left, and of what was set apart, of a race under a configuration.
  private func rules(
    under text: String, also files: [String: String] = [:]
  ) throws -> (left: [String], apart: [String]) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files.merging([".lockcheck.yml": text], uniquingKeysWith: { $1 }) {
      try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
    let options = RecordingOptions(
      decisions: .configuration(file: folder.appending(path: ".lockcheck.yml").path))
    let report = try recording(options) { Deeds.race() }.report
    return (
      report.findings.map(\.finding.rule.code), report.suppressed.map(\.finding.rule.code)
    )
  }

  @Test func `in a configuration holds for tests`() throws {
    let entry = "suppressions:\n  - lock: balance\n    rule: LC201\n    reason: a test\n"
    #expect(try rules(under: entry) == ([], ["LC201"]))
    #expect(try rules(under: entry.replacing("balance", with: "other")) == (["LC201"], []))
    #expect(try rules(under: entry + "    expires: 2001-01-31\n") == (["LC201"], []))
    #expect(try rules(under: "ignore: race\n") == ([], []))
    #expect(try rules(under: "fail-on: never\nformat: whatever\n") == (["LC201"], []))
  }

  @Test func `in a suppression file of ThreadSanitizer's holds for tests`() throws {
    let text = "tsan-suppressions: t.supp\n"
    #expect(try rules(under: text, also: ["t.supp": "race:^balance$\n"]) == ([], ["LC201"]))
    #expect(throws: RecordingFailure.self) { try rules(under: text) }
  }

  @Test func `that is not understood fails`() throws {
    let failure = try #require(throws: RecordingFailure.self) { try rules(under: "fial-on: x\n") }
    #expect(failure.description.contains(".lockcheck.yml:1:1: unknown key 'fial-on'"))
  }

  @Test func `in the options holds`() throws {
    let options = RecordingOptions(
      suppressions: Suppressions([try Suppression("LC201:balance")]), decisions: .none)
    let report = try recording(options) { Deeds.race() }.report
    #expect(report.findings.isEmpty && report.summary.suppressed == 1)
  }

  @Test func `next to the code holds`() throws {
    let commented = { () -> Void in
      let balance = Shared(0, name: "balance")
      let threads = (0..<2).map { _ in
        CheckedThread {
          // lockcheck:ignore LC201 a test
          balance.modify { $0 += 1 }
        }
      }
      for thread in threads { thread.start() }
      for thread in threads { thread.join() }
    }
    #expect(try recording { commented() }.report.summary.suppressed == 1)
    #expect(
      try recording(RecordingOptions(decisions: .none)) { commented() }.report.summary.observed == 1
    )
  }
}
