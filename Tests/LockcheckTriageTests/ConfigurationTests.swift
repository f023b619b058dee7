import Foundation
import LockcheckFindings
import LockcheckTestKit
import LockcheckTriage
import Testing

private let choices: [ConfigurationKey: [String]] = [
  .failOn: ["observed", "predicted", "possible", "never"], .format: ["text", "json"],
]

@Suite struct `A configuration` {
  private func read(_ text: String) throws(TriageFileError) -> Configuration {
    try Configuration(text, choices: choices)
  }

  @Test func `has settings and suppressions`() throws {
    let configuration = try read(
      """
      # What this project has agreed on.
      fail-on: possible
      format: json
      performance: true
      ignore: [LC202, misuse]
      only: race
      baseline: ".lockcheck/baseline.json"
      tsan-suppressions:
        - tsan.supp

      suppressions:
        - fingerprint: 025307c586887dee
          rule: LC102
          function: "Bank.transfer*"
          file: "Sources/Bank/*"
          lock: "accounts"
          reason: "…but the bank is closed"
          expires: 2027-01-31
        - rule: data-race
          reason: statistics may be a little wrong
      """)
    #expect(configuration[.failOn] == ["possible"])
    #expect(configuration[.performance] == ["true"])
    #expect(configuration[.only] == ["race"])
    #expect(configuration[.tsanSuppressions] == ["tsan.supp"])
    #expect(configuration[.engine] == nil)
    #expect(configuration.ignoredRules.contains(.unlockedSharedWrite))
    #expect(configuration.ignoredRules.contains(.lockLeak))
    let entries = configuration.suppressions.entries
    #expect(
      entries.map(\.criteria) == [
        [
          .fingerprint(try #require(Fingerprint("025307c586887dee"))), .rules([.lockOrderCycle]),
          .function(Glob("Bank.transfer*")), .file(Glob("Sources/Bank/*")),
          .object(Glob("accounts")),
        ], [.rules([.dataRace])],
      ])
    #expect(entries[0].reason == "…but the bank is closed")
    #expect(entries[0].expires?.description == "2027-01-31")
    #expect(entries[0].origin == .configuration(file: ".lockcheck.yml", line: 12))
    #expect(entries[1].expires == nil)
  }

  @Test(arguments: [
    "", "# nothing\n", "\n\n", "suppressions:\n", "suppressions: []\n", "---\n...\n",
  ])
  func `may say nothing`(text: String) throws {
    let configuration = try read(text)
    #expect(configuration.settings == [] && configuration.suppressions.entries == [])
  }

  @Test(arguments: [
    ("fial-on: possible", "1:1: unknown key 'fial-on'; did you mean 'fail-on'?"),
    ("\nsupressions: []", "2:1: unknown key 'supressions'; did you mean 'suppressions'?"),
    (
      "fail-on: sometimes",
      "1:10: expected fail-on: one of observed, predicted, possible, never; found 'sometimes'"
    ),
    (
      "fail-on: [possible]",
      "1:10: expected fail-on: one of observed, predicted, possible, never; found a list"
    ),
    ("fail-on:", "found nothing"),
    ("performance: yes", "1:14: expected performance: one of true, false; found 'yes'"),
    ("ignore: LC999", "1:9: ignore: there is no rule or kind 'LC999'"),
    (
      "only: [race, deadlok]",
      "1:14: only: there is no rule or kind 'deadlok'; did you mean 'deadlock'?"
    ),
    ("baseline: {}", "1:11: expected baseline: a path; found keys and values"),
    (
      "just words",
      "1:1: expected keys such as 'fail-on' and 'suppressions'; found the text 'just words'"
    ),
    ("- a\n- b", "1:1: expected keys such as 'fail-on' and 'suppressions'; found a list"),
    ("fail-on: never\nfail-on: possible", "expected each key once; found 'fail-on' more than once"),
    ("fail-on: [possible", "not YAML:"), ("a: b: c", "not YAML:"),
    ("\tfail-on: never", "not YAML:"),
    ("--- a\n--- b", "but found another document"), ("x: *y", "not YAML: found undefined alias"),
    (
      "suppressions: all",
      "1:15: expected a list of suppressions, each beginning with '- '; found the text 'all'"
    ),
    (
      "suppressions:\n  - LC201",
      "2:5: expected keys such as 'fingerprint' and 'reason'; found the text 'LC201'"
    ),
    ("suppressions:\n  - rule: LC201", "2:5: expected a 'reason' in every suppression"),
    (
      "suppressions:\n  - reason: x",
      "2:5: expected at least one of fingerprint, rule, function, file, lock; found none"
    ),
    (
      "suppressions:\n  - rule: LC201\n    reason: \"…\"",
      "3:13: expected reason: why you live with it"
    ),
    ("suppressions:\n  - rule: LC201\n    reason:", "expected reason: a text; found nothing"),
    ("suppressions:\n  - rule: LC201\n    reason: ~", "expected reason: a text; found nothing"),
    ("suppressions:\n  - rule: race\n    reason: x", "2:11: rule: there is no rule 'race'"),
    (
      "suppressions:\n  - fingerprint: 12\n    reason: x",
      "2:18: expected fingerprint: 16 hexadecimal digits; found '12'"
    ),
    (
      "suppressions:\n  - rule: LC201\n    reason: x\n    expires: 2027-02-30",
      "4:14: expected expires: a day such as 2027-01-31; found '2027-02-30'"
    ),
    (
      "suppressions:\n  - locks: a\n    reason: x", "2:5: unknown key 'locks'; did you mean 'lock'?"
    ),
    (
      "suppressions:\n  - function: [a]\n    reason: x",
      "2:15: expected function: a text; found a list"
    ),
  ])
  func `that is wrong is refused with its place, and with what was expected`(
    text: String, message: String
  ) throws {
    let error = try #require(throws: TriageFileError.self) { try read(text) }
    #expect(error.description.contains(message), "\(error)")
    #expect(error.description.hasPrefix(".lockcheck.yml:"))
    #expect(error.place != nil)
  }

  @Test func `that is no UTF-8 is refused where that begins`() throws {
    let bytes = Array("# é\nfail-on: ".utf8) + [0xff] + Array("\n".utf8)
    let error = try #require(throws: TriageFileError.self) {
      try Configuration(bytes: bytes, file: "c")
    }
    #expect(error.description == "c:2:10: expected UTF-8; found a byte that is none")
  }

  @Test func `unfolds no aliases of aliases`() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
    }
    text += "? *a30\n: 1\n"
    let error = try #require(throws: TriageFileError.self) { try read(text) }
    #expect(error.description.contains("expected at most 16 aliases"), "\(error)")
  }

  @Test func `may have a few aliases`() throws {
    let configuration = try read("only: &rules [race]\nignore: *rules\n")
    #expect(configuration[.ignore] == ["race"])
  }

  @Test(arguments: ["[", "{", "- ", "? ", "a: "])
  func `that is nested without end is refused`(opening: String) throws {
    #expect(throws: TriageFileError.self) { try read(String(repeating: opening, count: 50_000)) }
  }
}

@Suite struct `Damaged files` {
  private static let configuration = """
    fail-on: possible
    format: "json"
    ignore: [LC202, misuse]
    tsan-suppressions: &files
      - tsan.supp
    suppressions:
      - fingerprint: 025307c586887dee
        function: "Bank.transfer*"   # é
        reason: >
          folded
          text
        expires: 2027-01-31
      - {rule: data-race, reason: 'it''s said'}
    """

  @Test(arguments: [UInt64](0..<20))
  func `of a configuration are read or refused with a place`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for round in 0..<100 {
      let bytes = random.damaged(Array(Self.configuration.utf8))
      do throws(TriageFileError) {
        _ = try Configuration(bytes: bytes, file: "c", choices: choices)
      } catch {
        #expect(error.place != nil, "seed \(seed), round \(round): \(error)")
        #expect(error.description.hasPrefix("c:"), "seed \(seed), round \(round): \(error)")
        #expect(!error.description.contains("\n"), "seed \(seed), round \(round): \(error)")
      }
    }
  }

  @Test(arguments: [UInt64](0..<20))
  func `of a sanitizer are read or refused with a place`(seed: UInt64) {
    let text =
      "# c\nrace:^std::*Foo$\nrace_top: x\nmutex:a\nthread:b\ncalled_from_lib:lib*.so\ndeadlock:^$\n"
    var random = SeededGenerator(seed: seed)
    for round in 0..<100 {
      let damaged = String(decoding: random.damaged(Array(text.utf8)), as: UTF8.self)
      do throws(TriageFileError) {
        for entry in try SanitizerSuppressions(damaged, file: "s").suppressions {
          guard case .sanitizer(let pattern, _) = entry.criteria[1] else { continue }
          _ = pattern.matches("std::Foo::x")
        }
      } catch {
        #expect(error.place != nil, "seed \(seed), round \(round): \(error)")
      }
    }
  }

  @Test(arguments: [UInt64](0..<20))
  func `of sources have comments or none`(seed: UInt64) {
    let line = "x += 1 // lockcheck:ignore LC201, data-race: because é */"
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let damaged = String(decoding: random.damaged(Array(line.utf8)), as: UTF8.self)
      var comments = SourceComments { _, _ in damaged }
      let report = RaceSample().report
      let suppression = comments.suppression(for: report.findings[0], in: report)
      #expect(suppression == nil || damaged.contains("lockcheck:ignore"), "seed \(seed)")
    }
  }

  @Test(arguments: [UInt64](0..<20))
  func `of a baseline are read or refused`(seed: UInt64) {
    let text = Baseline([[KnownFinding(RaceSample().known.finding, message: "é \u{7}")]]).json()
    var random = SeededGenerator(seed: seed)
    for round in 0..<100 {
      let damaged = random.damaged(Array(text.utf8))
      do throws(TriageFileError) {
        _ = try Baseline(json: .init(damaged), file: "b")
      } catch {
        #expect(error.description.hasPrefix("b:"), "seed \(seed), round \(round): \(error)")
      }
    }
  }
}

extension SeededGenerator {
  /// The bytes with some of them changed, left out, put in, doubled or cut off.
  fileprivate mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let telling = Array("\n\t :-[]{}\"'#&*!|>%@`?,~\\\u{0}".utf8)
    for _ in 0...Int.random(in: 0...4, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] = telling.randomElement(using: &self) ?? 0
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(telling.randomElement(using: &self) ?? 0, at: place)
      case 4: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      default: bytes.removeLast(min(bytes.count, Int.random(in: 0...9, using: &self)))
      }
    }
    return bytes
  }
}
