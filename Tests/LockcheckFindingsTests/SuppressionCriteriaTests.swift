import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@Suite struct `A suppression of several criteria` {
  /// A race on `x` in `add()` and `clear()` of `/home/ann/Sources/Bank/Bank.swift`.
  private func suppressed(by criteria: Suppression.Criterion...) -> Bool {
    let (sample, finding) = Sample.race(folder: "/home/ann/Sources/Bank")
    let report = sample.report(
      [finding], suppressions: Suppressions([Suppression(criteria, text: "it")]))
    #expect(report.findings.count + report.suppressed.count == 1)
    #expect(report.suppressed.first?.suppression?.text == (report.suppressed.isEmpty ? nil : "it"))
    return !report.suppressed.isEmpty
  }

  @Test func `hides where all of them hold`() {
    #expect(
      suppressed(
        by: .rules([.dataRace]), .function(Glob("ad*")), .file(Glob("Sources/Bank/*")),
        .object(Glob("x"))))
  }

  @Test(arguments: [
    Suppression.Criterion.rules([.lockOrderCycle]), .function(Glob("ad")), .function(Glob("x")),
    .file(Glob("Bank")), .file(Glob("add()")), .object(Glob("y")), .object(Glob("add()")),
    .fingerprint(Fingerprint("0123456789abcdef")!),
    .sanitizer(SanitizerPattern("nowhere"), innermostOnly: false),
  ])
  func `hides nothing where one of them does not`(other: Suppression.Criterion) {
    #expect(!suppressed(by: other))
    #expect(!suppressed(by: .rules([.dataRace]), other))
  }

  @Test(arguments: [
    "Bank.swift", "Bank/Bank.swift", "Sources/Bank/*", "/home/*/Bank.swift", "*Bank*", "main.swift",
  ])
  func `knows a file by its path from any of its folders on`(glob: String) {
    #expect(suppressed(by: .file(Glob(glob))))
  }

  @Test(arguments: [
    ("add", false), ("main", false), ("add", true), ("Bank.swift", true), ("^x$", false),
  ])
  func `of a sanitizer's looks at functions, files and variables`(pattern: String, innermost: Bool)
  {
    #expect(suppressed(by: .sanitizer(SanitizerPattern(pattern), innermostOnly: innermost)))
  }

  @Test func `of a sanitizer's for the innermost frame looks no further`() {
    #expect(!suppressed(by: .sanitizer(SanitizerPattern("main"), innermostOnly: true)))
  }

  @Test func `that is one of two that apply leaves neither unused`() {
    let (sample, finding) = Sample.race()
    let both = ["first", "second"].map { Suppression([.rules([.dataRace])], text: $0) }
    let report = sample.report([finding], suppressions: Suppressions(both))
    #expect(report.unusedSuppressions == [])
    #expect(report.suppressed.map { $0.suppression?.text } == ["first"])
  }

  @Test func `holds on its last day and no longer`() throws {
    let last = try #require(CalendarDate("2027-01-31"))
    let suppression = Suppression([.rules([.dataRace])], expires: last, text: "it")
    #expect(!suppression.isExpired(on: try #require(CalendarDate("2027-01-31"))))
    #expect(suppression.isExpired(on: try #require(CalendarDate("2027-02-01"))))
    #expect(!Suppression([.rules([.dataRace])], text: "it").isExpired(on: last))
  }

  @Test func `that comes later is counted like the others`() {
    let (sample, finding) = Sample.race()
    var report = sample.report([finding])
    #expect(report.summary.observed == 1)
    report.suppress { _ in nil }
    #expect(report.summary.observed == 1 && report.suppressed.isEmpty)
    report.suppress { _ in Suppression([.rules([.dataRace])], reason: "why", text: "it") }
    #expect(report.summary.observed == 0 && report.summary.suppressed == 1)
    #expect(report.findings.isEmpty && !report.contains(atLeast: .possible))
    #expect(report.suppressed.map { $0.suppression?.reason } == ["why"])
  }
}

@Suite struct `A day` {
  @Test(arguments: ["2027-01-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
  func `is read and written the same`(text: String) throws {
    #expect(try #require(CalendarDate(text)).description == text)
  }

  @Test(arguments: [
    "2027-02-29", "1900-02-29", "2027-13-01", "2027-00-01", "2027-01-32", "2027-1-31", "27-01-31",
    "",
    "2027-01-31 ", "+027-01-31", "2027/01/31", "２０２７-01-31", "0000-01-01",
  ])
  func `that does not exist is none`(text: String) { #expect(CalendarDate(text) == nil) }

  @Test func `follows from the seconds since 1970`() {
    let days = [
      (0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"),
      (951_782_400, "2000-02-29"),
      (951_868_800, "2000-03-01"), (1_798_761_599, "2026-12-31"), (1_798_761_600, "2027-01-01"),
      (253_402_300_799, "9999-12-31"),
    ]
    for (seconds, day) in days {
      #expect(CalendarDate(secondsSince1970: seconds)?.description == day)
    }
    #expect(CalendarDate(secondsSince1970: 253_402_300_800) == nil)
    #expect(CalendarDate(secondsSince1970: -1) == nil)
  }
}

@Suite struct `A sanitizer's pattern` {
  /// Worked out by hand from the code of `TemplateMatch`.
  @Test(arguments: [
    ("blah", "blah", true), ("*", "blah", true), ("bl*", "blah", true), ("*ah", "blah", true),
    ("bl*ah", "blah", true), ("^blah$", "blah", true), ("^bl*ah$", "blah", true),
    ("blah", "fooblahbar", true), ("^blah", "fooblah", false), ("blah$", "blahfoo", false),
    ("foo*bar", "foobar", true), ("foo*bar", "fooxbar", true), ("foo*bar", "barfoo", false),
    ("^foo*bar$", "fooxbar", true), ("^foo*bar$", "fooxbarz", false), ("", "x", true),
    ("*", "", false),
    ("foo$", "foo", true), ("foo*$", "foobar", true), ("f**o", "foo", true),
    ("^*foo", "xfoo", true),
    ("b$", "abab", false), ("^$", "x", false), ("x?", "x?", true), ("x?", "xy", false),
  ])
  func `fits what it fits there`(pattern: String, text: String, fits: Bool) {
    #expect(SanitizerPattern(pattern).matches(text) == fits, "\(pattern) on \(text)")
  }

  /// What a pattern means, without regard to how it is found: `*` any run, what stands behind a `$` nothing.
  private func means(_ pattern: [Character], _ text: [Character], isAnchored: Bool) -> Bool {
    guard let first = pattern.first else { return true }
    if !isAnchored {
      return text.indices.contains { means(pattern, Array(text[$0...]), isAnchored: true) }
        || means(pattern, [], isAnchored: true)
    }
    let rest = Array(pattern.dropFirst())
    switch first {
    case "$": return text.isEmpty
    case "*": return (0...text.count).contains { means(rest, Array(text[$0...]), isAnchored: true) }
    default: return text.first == first && means(rest, Array(text.dropFirst()), isAnchored: true)
    }
  }

  @Test(arguments: [UInt64](0..<20))
  func `fits nothing that it does not mean, and all of it but for ends behind no star`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let pattern = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        "aab*$".randomElement(using: &random) ?? "a"
      }
      let isAnchored = Bool.random(using: &random)
      let text = (0..<Int.random(in: 1...7, using: &random)).map { _ in
        "ab".randomElement(using: &random) ?? "a"
      }
      let written = (isAnchored ? "^" : "") + String(pattern)
      let fits = SanitizerPattern(written).matches(String(text))
      let means = means(pattern, text, isAnchored: isAnchored)
      let end = pattern.firstIndex(of: "$")
      let isSearched = end.map { $0 == 0 || pattern[$0 - 1] != "*" } ?? false
      #expect(fits == means || isSearched && !fits, "seed \(seed): \(written) on \(String(text))")
    }
  }
}
