import LockcheckFindings
import LockcheckTriage
import Testing

@Suite struct `A suppression file of ThreadSanitizer's` {
  @Test func `maps each type to the rules that report the same`() throws {
    let file = try SanitizerSuppressions(
      """
      # comment
        race:^Foo::*$   \("")
      race_top:bar
      deadlock:lock order
      mutex:m.cpp

      """, file: "s")
    #expect(
      file.suppressions.map(\.text) == [
        "race:^Foo::*$", "race_top:bar", "deadlock:lock order", "mutex:m.cpp",
      ])
    #expect(
      file.suppressions.map { $0.criteria[0] } == [
        .rules([.dataRace, .unlockedSharedWrite, .inconsistentLock]),
        .rules([.dataRace, .unlockedSharedWrite, .inconsistentLock]),
        .rules([.lockOrderCycle]),
        .rules([.selfDeadlock, .releaseNotHeld, .destroyedInUse, .usedAfterDestroy]),
      ])
    #expect(
      file.suppressions.map { $0.criteria[1] } == [
        .sanitizer(SanitizerPattern("^Foo::*$"), innermostOnly: false),
        .sanitizer(SanitizerPattern("bar"), innermostOnly: true),
        .sanitizer(SanitizerPattern("lock order"), innermostOnly: false),
        .sanitizer(SanitizerPattern("m.cpp"), innermostOnly: false),
      ])
    #expect(file.suppressions[0].origin == .sanitizer(file: "s", line: 2))
    #expect(file.remarks == [])
  }

  @Test(arguments: ["thread:x", "signal:x", "called_from_lib:libx.so"])
  func `says of a type that means nothing here that it does nothing`(line: String) throws {
    let file = try SanitizerSuppressions("race:a\n\(line)\n", file: "s")
    #expect(file.suppressions.count == 1)
    let remark = try #require(file.remarks.first)
    #expect(remark.description.hasPrefix("s:2: '\(line)' has no meaning here: "))
  }

  @Test(arguments: [
    ("races:x", "did you mean 'race'?"), ("no colon", "expected TYPE:PATTERN"),
    ("RACE:x", "s:1:1:"),
    ("  leak:x", "s:1:3:"),
  ])
  func `with a type that does not exist is refused`(line: String, message: String) throws {
    let error = try #require(throws: TriageFileError.self) {
      try SanitizerSuppressions(line, file: "s")
    }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test(arguments: [
    ("race:add", true), ("race:^add()$", true), ("race:Bank.swift", true), ("race:^x$", true),
    ("race:*", true),
    ("race_top:clear", true), ("race:^dd", false), ("race:other", false), ("deadlock:add", false),
    ("mutex:add", false),
  ])
  func `hides what it hides there`(line: String, hides: Bool) throws {
    let file = try SanitizerSuppressions(line, file: "s")
    let report = RaceSample().report(suppressions: Suppressions(file.suppressions))
    #expect((report.suppressed.count == 1) == hides)
  }
}
