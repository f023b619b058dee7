import LockcheckFindings
import LockcheckTrace
import Testing

@Suite struct `One defect is one finding` {
  @Test func `the same race seen again adds to the occurrences`() {
    let (sample, first) = Sample.race()
    var second = first
    second.steps[0].event = 21
    second.steps[1].event = 25
    second.occurrences = [[21, 25]]
    let report = sample.report([second, first])
    #expect(report.findings.count == 1)
    #expect(report.findings[0].finding.occurrenceCount == 2)
    #expect(report.findings[0].finding.occurrences == [[1, 5], [21, 25]])
    #expect(report.findings[0].finding.firstEvent == 1)
  }

  @Test func `the accesses the other way round are the same race`() {
    let (sample, first) = Sample.race()
    let report = sample.report([first, Sample.race(swapped: true).finding])
    #expect(report.findings.map(\.finding.occurrenceCount) == [2])
  }

  @Test func `a race in another function is another finding`() {
    var (sample, first) = Sample.race()
    let other = sample.stack((function: "drop()", file: "/home/ann/Bank.swift", line: 40))
    var second = first
    second.steps[1].stack = other
    #expect(sample.report([first, second]).findings.count == 2)
  }

  @Test func `a race on another variable is another finding`() {
    var (sample, first) = Sample.race()
    let y = sample.object("y", .variable)
    var second = first
    for index in second.steps.indices { second.steps[index].object = y }
    second.objects = [y]
    #expect(sample.report([first, second]).findings.count == 2)
  }

  @Test func `races on words of one table at the same two calls are one`() {
    // The words, and the lines of the second access of each.
    func count(_ words: [(String?, module: String?, line: Int)]) -> Int {
      var sample = Sample()
      let (a, b) = (sample.thread("A"), sample.thread("B"))
      let fill = sample.stack((function: "fill", file: "a.c", line: 3))
      var stacks: [Int: StackID] = [:]
      let findings = words.enumerated().map { number, word in
        let other =
          stacks[word.line] ?? sample.stack((function: "fill", file: "a.c", line: word.line))
        stacks[word.line] = other
        var details = ObjectDetails()
        details.module = word.module
        details.offset = word.module == nil ? nil : UInt64(0x4000 + 8 * number)
        let object = sample.tables.objects.append(kind: .variable, name: word.0, details: details)
        return Finding(
          .dataRace, .observed, .unordered,
          steps: [
            sample.step(.write, a, object, at: fill, event: 2 * number),
            sample.step(.write, b, object, at: other, event: 2 * number + 1),
          ])
      }
      return sample.report(findings).findings.count
    }
    #expect(count([("t", "/bin/a", 3), ("t+0x8", "/bin/a", 3), ("t+0x10", "/bin/a", 3)]) == 1)
    #expect(count([(nil, nil, 3), (nil, nil, 3)]) == 1)
    // Another call, another table, another file's table, and names that a person gave.
    #expect(count([("t", "/bin/a", 3), ("t+0x8", "/bin/a", 4)]) == 2)
    #expect(count([("t", "/bin/a", 3), ("u", "/bin/a", 3)]) == 2)
    #expect(count([("t", "/bin/a", 3), ("t+0x8", "/lib/b", 3)]) == 2)
    #expect(count([("t", nil, 3), ("t+0x8", nil, 3)]) == 2)
  }

  @Test func `nameless objects made on one line are one, made on two lines are two`() {
    func count(_ lines: (Int, Int)) -> Int {
      var sample = Sample()
      let (a, b) = (sample.thread("A"), sample.thread("B"))
      let findings = [lines.0, lines.1].map { line in
        let site = sample.stack((function: "init()", file: "Bank.swift", line: line))
        let object = sample.object(nil, .variable, madeAt: site)
        return Finding(
          .dataRace, .observed, .unordered,
          steps: [
            sample.step(.write, a, object, event: 1), sample.step(.write, b, object, event: 2),
          ])
      }
      return sample.report(findings).findings.count
    }
    #expect(count((7, 7)) == 1)
    #expect(count((7, 8)) == 2)
  }

  @Test func `objects of which nothing is known are told apart`() {
    var sample = Sample()
    let (a, b) = (sample.thread("A"), sample.thread("B"))
    let findings = (0..<2).map { _ in
      let object = sample.object(nil, .variable)
      return Finding(
        .dataRace, .observed, .unordered,
        steps: [
          sample.step(.write, a, object, event: 1), sample.step(.write, b, object, event: 2),
        ])
    }
    #expect(sample.report(findings).findings.count == 2)
  }

  @Test func `a cycle seen from its other end is the same cycle`() {
    var sample = Sample()
    let threads = (1...4).map { sample.thread("T\($0)") }
    let (a, b) = (sample.object("A"), sample.object("B"))
    func cycle(_ first: ThreadID, _ second: ThreadID, turned: Bool, event: Int) -> Finding {
      let steps = [
        sample.step(.acquire, first, b, event: event, holding: [a]),
        sample.step(.acquire, second, a, event: event + 1, holding: [b]),
      ]
      return Finding(
        .lockOrderCycle, .possible, .orderCycle, steps: turned ? steps.reversed() : steps)
    }
    let report = sample.report([
      cycle(threads[0], threads[1], turned: false, event: 3),
      cycle(threads[2], threads[3], turned: true, event: 30),
    ])
    #expect(report.findings.count == 1)
    #expect(report.findings[0].finding.occurrenceCount == 2)
    #expect(report.findings[0].cast.threads == ["T1", "T2"])
  }

  @Test func `the surest verdict of a group stands for it`() {
    let (sample, race) = Sample.race()
    var weaker = race
    weaker.verdict = .possible
    weaker.steps[0].event = 0
    let report = sample.report([weaker, race])
    #expect(report.findings.map(\.finding.verdict) == [.observed])
    #expect(report.summary.observed == 1)
    #expect(report.summary.possible == 0)
  }
}

@Suite struct `Of several race rules on one variable` {
  private func report(
    _ rules: [Rule], on names: [String], looking: [Rule] = Rule.all
  ) -> [String] {
    var sample = Sample()
    let (a, b) = (sample.thread("A"), sample.thread("B"))
    let objects = names.map { sample.object($0, .variable) }
    let findings = zip(rules, objects).map { rule, object in
      Finding(
        rule, .possible, .unlocked,
        steps: [sample.step(.write, a, object, event: 1), sample.step(.read, b, object, event: 2)])
    }
    return sample.report(findings, rules: looking).findings.map(\.finding.rule.name).sorted()
  }

  @Test func `only the strongest is reported`() {
    #expect(
      report([.inconsistentLock, .dataRace, .unlockedSharedWrite], on: ["x", "x", "x"])
        == ["data-race"])
    #expect(
      report([.inconsistentLock, .unlockedSharedWrite], on: ["x", "x"]) == ["unlocked-shared-write"]
    )
  }

  @Test func `each variable keeps its own`() {
    #expect(
      report([.inconsistentLock, .dataRace], on: ["x", "y"]) == ["data-race", "inconsistent-lock"])
  }

  @Test func `the strongest of those that were asked for counts`() {
    #expect(
      report([.inconsistentLock, .dataRace], on: ["x", "x"], looking: [.inconsistentLock])
        == ["inconsistent-lock"])
  }
}

@Suite struct `Findings are sorted` {
  @Test func `by verdict, then by kind, then by first event`() {
    var sample = Sample()
    let thread = sample.thread("T")
    func finding(_ rule: Rule, _ verdict: Verdict, _ event: Int, _ name: String) -> Finding {
      let object = sample.object(name)
      return Finding(
        rule, verdict, .relock, steps: [sample.step(.acquire, thread, object, event: event)])
    }
    let findings = [
      finding(.lockOrderCycle, .possible, 1, "f"), finding(.lockLeak, .observed, 0, "d"),
      finding(.dataRace, .observed, 9, "c"), finding(.deadlock, .observed, 7, "b"),
      finding(.selfDeadlock, .observed, 5, "a"), finding(.lockOrderCycle, .predicted, 3, "e"),
    ]
    let names = { (findings: [Finding]) in
      sample.report(findings).findings.flatMap(\.cast.objects).joined()
    }
    #expect(names(findings) == "abcdef")
    #expect(names(findings.reversed()) == "abcdef")
  }
}
