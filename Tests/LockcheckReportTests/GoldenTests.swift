import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

/// Compares with a file in `Golden`; `LOCKCHECK_UPDATE=1` renews it.
func expect(
  _ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1" {
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  #expect(text == golden, sourceLocation: sourceLocation)
}

@Sendable private func source(_ file: String, _ line: Int) -> String? {
  let lines = [
    "Philosophers.swift": ["func eat() {", "  left.lock()", "\tright.lock()"],
    "Account.swift": ["lock.lock()", "total += amount"],
  ]
  guard let lines = lines[file], lines.indices.contains(line - 1) else { return nil }
  return lines[line - 1]
}

@Suite struct `The text report` {
  @Test func `of a lock-order cycle names both threads, both locks and every place`() throws {
    let report = Story.philosophers.report()
    try expect(TextRenderer(source: source).render(report), equals: "order-cycle.txt")
  }

  @Test func `of a race says which access held which lock`() throws {
    try expect(TextRenderer(source: source).render(Story.race.report()), equals: "race.txt")
  }

  @Test func `of a deadlock says who waits for whom`() throws {
    try expect(TextRenderer().render(Story.joinUnderLock.report()), equals: "deadlock.txt")
  }

  @Test func `of a predicted deadlock tells the schedule, and who waits for whom then`() throws {
    let report = Story.predictedDeadlock.report()
    try expect(TextRenderer().render(report), equals: "predicted-deadlock.txt")
  }

  @Test func `of a predicted race says what ordered it, and need not`() throws {
    let report = Story.predictedRace.report()
    try expect(TextRenderer(source: source).render(report), equals: "predicted-race.txt")
  }

  @Test func `of a join under a lock says who waits for whose end`() throws {
    let report = Story.predictedJoinUnderLock.report()
    try expect(TextRenderer().render(report), equals: "predicted-join.txt")
  }

  @Test func `of a long schedule shows its end, and where the locks were taken`() throws {
    let text = TextRenderer().render(Story.longSchedule.report())
    try expect(text, equals: "long-schedule.txt")
  }

  @Test(arguments: Missing.allCases)
  func `says of a possible finding what it lacks`(missing: Missing) throws {
    var story = Story.philosophers
    let without = TextRenderer().render(story.report())
    story.findings[0].missing = missing
    let with = TextRenderer().render(story.report())
    let added = Set(with.split(separator: "\n")).subtracting(without.split(separator: "\n"))
    let note = try #require(added.first { $0.hasPrefix("  Note  N") })
    #expect(note.contains(missing == .neverInOneRun ? "Never seen in one run" : "Not proved"))
    #expect(!without.contains(note))
  }

  @Test func `of a thousand findings with long schedules is short`() throws {
    var story = Story()
    let threads = (0..<8).map { _ in story.thread("worker") }
    let locks = (0..<500).map { _ in story.object(nil) }
    let witness = (0..<1_000).map { event in
      story.scheduled(
        event.isMultiple(of: 2) ? .acquire : .release, by: threads[event / 2 % 8],
        on: locks[event / 2 % 500], event: event)
    }
    for number in 0..<1_000 {
      let (a, b) = (locks[number / 2 % 499], story.object("lock \(number)"))
      var cycle = Finding(
        .lockOrderCycle, .predicted, .orderCycle,
        steps: [
          story.step(.acquire, by: threads[0], on: b, event: 20_000, holding: [(a, .absent)]),
          story.step(.acquire, by: threads[1], on: a, event: 20_001, holding: [(b, .absent)]),
        ])
      cycle.witness = witness
      story.findings.append(cycle)
    }
    let text = TextRenderer().render(story.report())
    #expect(text.count { $0 == "\n" } < 40_000)
    #expect(text.contains("1,000 can happen"))
  }

  @Test func `of a clean trace says so, and what was looked at`() throws {
    let text = TextRenderer().render(Story().report(events: 1_234_567))
    #expect(
      text == """
        No findings.
        Looked at 1,234,567 events by 0 threads on 0 objects, for all \(Rule.usual.count) rules.

        """)
  }

  @Test func `of a clean trace says which rules it was asked for`() {
    let renderer = TextRenderer(style: TextStyle(width: 120))
    let text = renderer.render(Story().report(rules: [.dataRace, .deadlock]))
    #expect(text.contains("for LC101 deadlock and LC201 data-race."))
    let others = Rule.usual.filter { $0 != .lockLeak && $0 != .dataRace }
    #expect(
      renderer.render(Story().report(rules: others))
        .contains("for all rules but LC201 data-race and LC302 lock-leak."))
  }

  @Test func `lists what was ruled out only where asked to`() throws {
    var story = Story.philosophers
    let table = story.object("table")
    story.ruledOut = [
      RuledOut(.lockOrderCycle, .gateLock(table), steps: story.findings[0].steps)
    ]
    story.findings = []
    let report = story.report()
    try expect(TextRenderer(showsRuledOut: true).render(report), equals: "ruled-out.txt")
    let brief = TextRenderer().render(report)
    #expect(!brief.contains("gate"))
    #expect(brief.contains("1 pattern ruled out (--explain-ruled-out tells why)."))
  }

  @Test func `shows the first ten warnings and counts the rest`() {
    var story = Story()
    story.warnings = (0..<13).map { (n: Int) in ReportWarning("odd thing \(n).", event: n) }
    let text = TextRenderer().render(story.report())
    #expect(text.contains("Warning: event 9: odd thing 9."))
    #expect(!text.contains("odd thing 10."))
    #expect(text.contains("3 more warnings"))
  }

  @Test func `uses no escape code unless told to`() {
    let plain = TextRenderer().render(Story.race.report())
    let colored = TextRenderer(style: TextStyle(isColored: true)).render(Story.race.report())
    #expect(!plain.contains("\u{1B}"))
    #expect(colored.contains("\u{1B}[1;31mHAPPENED\u{1B}[0m"))
    let stripped = colored.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(stripped == plain)
  }

  @Test func `lets no name of a trace control the terminal`() {
    var story = Story()
    let thread = story.thread("evil\u{1B}[2Jname\u{7}\n")
    let lock = story.object("\u{202E}kcol")
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked, steps: [story.step(.exit, by: thread, on: lock, event: 0)])
    ]
    let text = TextRenderer().render(story.report())
    #expect(text.contains("evil\\u{1b}[2Jname\\u{7}\\u{a}"))
    #expect(text.contains("\\u{202e}kcol"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test func `parts what the log of a step would take for a command, where told to`() {
    var story = Story()
    let thread = story.thread("::error::taken")
    let stack = story.stack(("::warning::f() ##[group]", "a.swift", 1))
    let lock = story.object("##[error]lock")
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked,
        steps: [story.step(.exit, by: thread, on: lock, at: stack, event: 0)])
    ]
    let isCommand = { (line: Substring) in
      line.drop { $0 == " " }.hasPrefix("::") || line.contains("##[")
    }
    let usual = TextRenderer(style: TextStyle(width: 40)).render(story.report())
    #expect(usual.split(separator: "\n").contains(where: isCommand))
    let text = TextRenderer(style: TextStyle(width: 40, partsCommands: true))
      .render(story.report())
    #expect(!text.split(separator: "\n").contains(where: isCommand))
    #expect(text.contains("## [error]lock"))
  }

  @Test(arguments: [40, 60, 88, 100])
  func `keeps prose within its width`(width: Int) {
    let renderer = TextRenderer(style: TextStyle(width: width))
    let lines = renderer.render(Story.race.report()).split(separator: "\n")
    let prose = lines.drop { !$0.hasPrefix("  Why") }.dropLast(2)
    #expect(!prose.isEmpty)
    for line in prose where !line.contains("--suppress") { #expect(line.count <= width) }
  }

  @Test
  func `shows paths inside the given folder from there, and puts long ones on their own line`() {
    var story = Story()
    let (thread, lock) = (story.thread("T"), story.object("lock"))
    let folder = "/home/ann/" + String(repeating: "deep/", count: 15)
    let stack = story.stack(("leave()", folder + "Leave.swift", 7))
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked,
        steps: [story.step(.exit, by: thread, on: lock, at: stack, event: 0)])
    ]
    let report = story.report()
    #expect(
      TextRenderer(root: folder).render(report).contains("    ends in leave() at Leave.swift:7\n"))
    let whole = TextRenderer(root: "/home/bob/").render(report)
    #expect(whole.contains("    ends in leave()\n      at \(folder)Leave.swift:7\n"))
  }

  @Test func `of several traces stands under the name of each`() {
    let text = TextRenderer().render([
      ("a.json", Story().report()), ("b.json", Story.race.report()),
    ])
    #expect(text.hasPrefix("Trace a.json\n\nNo findings.\n"))
    #expect(text.contains("\n\nTrace b.json\n\n━━ 1 of 1 "))
  }
}

@Suite struct `The JSON report` {
  @Test func `of a lock-order cycle is the published form`() throws {
    let report = Story.philosophers.report()
    let json = JSONRenderer(showsAllOccurrences: true).render(report)
    try expect(json, equals: "order-cycle.json")
  }

  @Test func `of a deadlock says what is pending and who waits for whom`() throws {
    try expect(JSONRenderer().render(Story.joinUnderLock.report()), equals: "deadlock.json")
  }

  @Test func `of a predicted race holds the schedule, and what ordered it`() throws {
    let json = JSONRenderer().render(Story.predictedRace.report())
    try expect(json, equals: "predicted-race.json")
  }

  @Test func `names a join's child, and whoever only a schedule names, each by one name`() throws {
    var story = Story.predictedJoinUnderLock
    let namesake = story.thread("main")
    let nameless = story.object(nil)
    story.findings[0].witness.append(
      story.scheduled(.acquire, by: namesake, on: nameless, event: 9))
    let report = try parse(JSONRenderer().render(story.report()))
    let finding = try #require((report["findings"] as? [[String: Any]])?.first)
    let witness = try #require(finding["witness"] as? [[String: Any]])
    #expect(witness.map { $0["thread"] as? String } == ["main", "main", "main #2"])
    #expect(witness.map { $0["child"] as? String } == ["logger", nil, nil])
    #expect(witness.map { $0["object"] as? String } == [nil, "log", "L0"])
    let steps = try #require(finding["steps"] as? [[String: Any]])
    #expect(steps.map { $0["child"] as? String } == ["logger", nil])
  }

  @Test func `says what a finding lacks only where something is missing`() throws {
    var story = Story.philosophers
    func finding() throws -> [String: Any] {
      let report = try parse(JSONRenderer().render(story.report()))
      return try #require((report["findings"] as? [[String: Any]])?.first)
    }
    #expect(try finding()["missing"] == nil)
    story.findings[0].missing = .notDecided
    #expect(try finding()["missing"] as? String == "not-decided")
  }

  private func parse(_ json: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return try #require(value as? [String: Any])
  }

  @Test func `has the members of the contract`() throws {
    let report = try parse(JSONRenderer().render(Story.race.report()))
    #expect(report["format"] as? String == "lockcheck-report")
    #expect(report["version"] as? Int == 1)
    let summary = try #require(report["summary"] as? [String: Int])
    #expect(
      summary == [
        "events": 1234, "threads": 2, "objects": 2, "observed": 1, "predicted": 0, "possible": 0,
        "suppressed": 0, "ruledOut": 0,
      ])
    let finding = try #require((report["findings"] as? [[String: Any]])?.first)
    #expect(
      Set(finding.keys) == [
        "code", "rule", "kind", "verdict", "message", "advice", "occurrences", "fingerprint",
        "threads", "objects", "steps", "witness", "assumes",
      ])
    let steps = try #require(finding["steps"] as? [[String: Any]])
    #expect(steps.map { $0["op"] as? String } == ["write", "read"])
    #expect(steps.map { $0["holding"] as? [String] } == [["lock"], []])
  }

  @Test func `lists events and what was ruled out only where asked to`() throws {
    var story = Story.philosophers
    story.ruledOut = [RuledOut(.lockOrderCycle, .sameThread, steps: story.findings[0].steps)]
    let brief = try parse(JSONRenderer().render(story.report()))
    #expect(brief["ruledOut"] == nil)
    let full = try parse(
      JSONRenderer(showsAllOccurrences: true, showsRuledOut: true).render(story.report()))
    let patterns = try #require(full["ruledOut"] as? [[String: Any]])
    #expect(patterns.map { $0["reason"] as? String } == ["same-thread"])
    let finding = try #require((full["findings"] as? [[String: Any]])?.first)
    #expect(finding["events"] as? [[Int]] == [[11, 47], [80, 95]])
  }

  @Test func `says every name as it is, whatever stands in it`() throws {
    let name = "a\"b\\c\n\u{1}\u{7F}é\u{1F512}/\u{2028}"
    var story = Story()
    let thread = story.thread(name)
    let lock = story.object("x")
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked, steps: [story.step(.exit, by: thread, on: lock, event: 0)])
    ]
    let report = try parse(JSONRenderer().render(story.report()))
    let finding = try #require((report["findings"] as? [[String: Any]])?.first)
    #expect(finding["threads"] as? [String] == [name])
  }

  @Test func `of several traces holds a whole report for each`() throws {
    let all = try parse(
      JSONRenderer().render([("a.json", Story().report()), ("b.json", Story.race.report())]))
    let reports = try #require(all["reports"] as? [[String: Any]])
    #expect(reports.map { $0["trace"] as? String } == ["a.json", "b.json"])
    #expect(reports.map { $0["format"] as? String } == ["lockcheck-report", "lockcheck-report"])
    #expect(reports.map { ($0["findings"] as? [Any])?.count } == [0, 1])
  }

  @Test func `mentions warnings only where there are some`() throws {
    var story = Story()
    #expect(try parse(JSONRenderer().render(story.report()))["warnings"] == nil)
    story.warnings = [ReportWarning("odd.", event: 3)]
    let warnings = try parse(JSONRenderer().render(story.report()))["warnings"]
    #expect((warnings as? [[String: Any]])?.first?["event"] as? Int == 3)
  }
}

@Suite struct `Every reason` {
  @Test func `names the lock that a thread ended with, which its last event does not name`() {
    var story = Story()
    let (thread, lock) = (story.thread("Ann"), story.object("door"))
    let exit = story.step(
      .exit, by: thread, on: .absent, event: 4, holding: [(lock, .absent)])
    story.findings = [
      Finding(.lockLeak, .observed, .leaked, steps: [exit], objects: [lock])
    ]
    let text = TextRenderer().render(story.report())
    #expect(text.contains("Ann has ended, and still holds door."))
  }

  @Test(arguments: Reason.samples)
  func `has a sentence and an advice that name the thread or the object`(reason: Reason) throws {
    var story = Story()
    let (one, two) = (story.thread("Ann"), story.thread("Bob"))
    let object = story.object("thing", .variable)
    story.findings = [
      Finding(
        .deadlock, .observed, reason,
        steps: [
          story.step(.acquire, by: one, on: object, event: 1, pending: true, waitsFor: [two]),
          story.step(.acquire, by: two, on: object, event: 2, pending: true, waitsFor: [one]),
        ])
    ]
    let json = JSONRenderer().render(story.report())
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let finding = try #require((value?["findings"] as? [[String: Any]])?.first)
    let message = try #require(finding["message"] as? String)
    let advice = try #require(finding["advice"] as? String)
    #expect(message.contains("Ann") || message.contains("thing"))
    #expect(message.hasSuffix("."))
    #expect(advice.hasSuffix("."))
    #expect(!message.contains("unknown") && !advice.contains("unknown"))
  }
}

extension Reason {
  fileprivate static let samples: [Reason] =
    [
      .waitCycle, .orderCycle, .relock, .nobodyLeft, .behindStuck, .unordered, .unlocked,
      .noCommonLock, .notHeld(holder: .absent), .notHeld(holder: ThreadID(1)), .leaked,
      .lockNotHeld(lock: .absent), .lockNotHeld(lock: ObjectID(0)), .overdone(done: 2, put: 1),
      .stillInUse, .overrun(value: 3, bound: 2), .poolStarved(pool: ObjectID(0), workers: 2),
      .poolNested(pool: ObjectID(0), workers: 4, depth: 1), .classCycle(held: [ObjectID(0)]),
      .levelOrder(held: ObjectID(0)), .contended(TimeAccount()), .heldLong(TimeAccount()),
      .queued(TimeAccount()), .alreadyDestroyed(nil),
      .alreadyDestroyed(Refusal(.mutexLock, .invalid)),
      .twoLocks(lock: ObjectID(0), other: ObjectID(0)),
    ]
    + LibraryCall.allCases.flatMap { call in
      LibraryError.allCases.map { .refused(Refusal(call, $0)) }
    }
}
