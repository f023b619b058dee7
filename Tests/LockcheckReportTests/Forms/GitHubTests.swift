import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

/// What GitHub code scanning wants of a member of a file, as its documentation has it.
struct GitHubMember: CustomTestStringConvertible, Sendable {
  /// The way there, from a run: `*` stands for each element of a list.
  var path: String
  /// Whether all of them must be there.
  var isRequired: Bool
  /// What a text must not exceed.
  var limit = Int.max

  var testDescription: String { path }

  /// The documented table, as far as this project writes it.
  static let all = [
    GitHubMember(path: "tool.driver.name", isRequired: true),
    GitHubMember(path: "tool.driver.rules.*.id", isRequired: true),
    GitHubMember(path: "tool.driver.rules.*.name", isRequired: false, limit: 255),
    GitHubMember(path: "tool.driver.rules.*.shortDescription.text", isRequired: true, limit: 1024),
    GitHubMember(path: "tool.driver.rules.*.fullDescription.text", isRequired: true, limit: 1024),
    GitHubMember(path: "tool.driver.rules.*.help.text", isRequired: true),
    GitHubMember(path: "tool.driver.rules.*.help.markdown", isRequired: false),
    GitHubMember(path: "tool.driver.rules.*.defaultConfiguration.level", isRequired: false),
    GitHubMember(path: "tool.driver.rules.*.properties.tags.*", isRequired: false),
    GitHubMember(path: "tool.driver.rules.*.properties.precision", isRequired: false),
    GitHubMember(path: "tool.driver.rules.*.properties.problem\\.severity", isRequired: false),
    GitHubMember(path: "results.*.ruleId", isRequired: true),
    GitHubMember(path: "results.*.ruleIndex", isRequired: false),
    GitHubMember(path: "results.*.level", isRequired: false),
    GitHubMember(path: "results.*.message.text", isRequired: true),
    GitHubMember(
      path: "results.*.locations.*.physicalLocation.artifactLocation.uri", isRequired: true),
    GitHubMember(path: "results.*.locations.*.physicalLocation.region.startLine", isRequired: true),
    GitHubMember(
      path: "results.*.locations.*.physicalLocation.region.startColumn", isRequired: true),
    GitHubMember(path: "results.*.locations.*.physicalLocation.region.endLine", isRequired: true),
    GitHubMember(path: "results.*.locations.*.physicalLocation.region.endColumn", isRequired: true),
    GitHubMember(path: "results.*.partialFingerprints.primaryLocationLineHash", isRequired: true),
    GitHubMember(path: "results.*.relatedLocations.*.id", isRequired: true),
    GitHubMember(
      path: "results.*.relatedLocations.*.physicalLocation.artifactLocation.uri", isRequired: true),
    GitHubMember(path: "results.*.relatedLocations.*.message.text", isRequired: false),
    GitHubMember(
      path:
        "results.*.codeFlows.*.threadFlows.*.locations.*.location.physicalLocation.artifactLocation.uri",
      isRequired: true),
    GitHubMember(
      path: "results.*.codeFlows.*.threadFlows.*.locations.*.location.message.text",
      isRequired: true),
  ]

  /// All values at the place; nil for each that is missing at its end. A list on the way may be missing.
  func values(in run: Any) -> [Any?] {
    var values: [Any?] = [run]
    let escaped = path.replacing("\\.", with: "\u{0}")
    for word in escaped.split(separator: ".") {
      let name = String(word).replacing("\u{0}", with: ".")
      values = values.flatMap { value -> [Any?] in
        if name == "*" { return (value as? [Any])?.map(Optional.some) ?? [] }
        return [(value as? [String: Any])?[name]]
      }
    }
    return values
  }
}

@Suite struct `SARIF for GitHub` {
  private func run(_ text: String) throws -> [String: Any] {
    let runs = try #require(try Forms.parse(text)["runs"] as? [[String: Any]])
    #expect(runs.count == 1)
    return runs[0]
  }

  private func text(_ story: Story) -> String {
    SARIFRenderer(profile: .github, source: Forms.source).render(story.report())
  }

  /// Files, no files, many rules, nasty names.
  private static let stories = [
    Story.predictedDeadlock, .race, .nasty, .joinUnderLock, .predictedJoinUnderLock,
    .longSchedule, .many(3, .possible), withoutPlaces,
  ]

  private static var withoutPlaces: Story {
    var story = Story()
    let (thread, lock) = (story.thread("T"), story.object("lock"))
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked, steps: [story.step(.exit, by: thread, on: lock, event: 0)])
    ]
    return story
  }

  @Test(arguments: GitHubMember.all)
  func `has every member that GitHub reads`(member: GitHubMember) throws {
    var count = 0
    for story in Self.stories {
      for value in member.values(in: try run(text(story))) {
        if member.isRequired { #expect(value != nil) }
        if value != nil { count += 1 }
        if let text = value as? String {
          #expect(!text.isEmpty)
          #expect(text.utf8.count <= member.limit)
        }
      }
    }
    #expect(count > 0, "nothing that is written has \(member.path)")
  }

  @Test func `has one run, whatever number of traces`() throws {
    let reports = Self.stories.enumerated().map { ("\($0).json", $1.report()) }
    let text = SARIFRenderer(profile: .github).render(reports)
    #expect(try run(text)["results"] != nil)
  }

  @Test func `tells a defect that several traces show once`() throws {
    let report = Story.predictedDeadlock.report()
    let text = SARIFRenderer(profile: .github).render([("a", report), ("b", report)])
    #expect(try Forms.results(text).count == 1)
  }

  @Test func `gives findings of one fingerprint different hashes`() throws {
    var story = Story()
    let thread = story.thread("T")
    let stack = story.stack(("leave()", "Leave.swift", 7))
    for number in 0..<3 {
      let lock = story.object("lock \(number)")
      story.findings.append(
        Finding(
          .lockLeak, .observed, .leaked,
          steps: [story.step(.exit, by: thread, on: lock, at: stack, event: number)]))
    }
    let hashes = try Forms.results(text(story)).compactMap { result in
      (result["partialFingerprints"] as? [String: String])?["primaryLocationLineHash"]
    }
    #expect(hashes.count == 3)
    #expect(Set(hashes).count == 3)
    #expect(hashes[0].hasSuffix(":1"))
    #expect(hashes[0].prefix(16) == hashes[2].prefix(16))
  }

  @Test func `links every related place from its message, and only those`() throws {
    for story in Self.stories {
      for result in try Forms.results(text(story)) {
        let message = try #require((result["message"] as? [String: String])?["text"])
        let places = result["relatedLocations"] as? [[String: Any]] ?? []
        let linked = message.matches(of: /\]\(([0-9]+)\)/).compactMap { Int($0.output.1) }
        #expect(linked == places.compactMap { $0["id"] as? Int })
      }
    }
  }

  @Test func `has the published limits`() {
    let limits = GitHubLimits()
    #expect(limits.results == 5_000)
    #expect(limits.bytes == 10_000_000)
    #expect(limits.flowPlaces == 1_000)
  }

  @Test func `keeps as many of the worst results as there may be, and tells the rest`() throws {
    var story = Story.many(52, .possible)
    story.findings[51].verdict = .observed
    var renderer = SARIFRenderer(profile: .github)
    renderer.limits.results = 50
    let text = renderer.render(story.report())
    let results = try Forms.results(text)
    #expect(results.count == 50)
    #expect(results[0]["level"] as? String == "error")
    #expect(text.contains("2 findings more than code scanning takes"))
  }

  @Test(arguments: [(tenths: 11, hasFlows: true), (8, false), (2, false)])
  func `stays below its size, without flows before without findings`(
    tenths: Int, hasFlows: Bool
  ) throws {
    let report = Forms.report(.many(100))
    var renderer = SARIFRenderer(profile: .github)
    let whole = renderer.render(report).utf8.count
    // Some room is kept for what stands around the results.
    renderer.limits.bytes = whole * tenths / 10 + 100_000
    let text = renderer.render(report)
    #expect(text.utf8.count < renderer.limits.bytes)
    let results = try Forms.results(text)
    #expect((results.count == 100) == (tenths > 2))
    #expect(results.count > 5)
    #expect((results[0]["codeFlows"] != nil) == hasFlows)
    #expect(text.contains("more than code scanning takes") == (tenths == 2))
  }

  @Test func `leaves out what is suppressed, which the full profile has and marks`() throws {
    let suppressions = try Suppressions(lines: "LC102")
    let report = Story.predictedDeadlock.report(suppressions: suppressions)
    #expect(try Forms.results(SARIFRenderer(profile: .github).render(report)).isEmpty)
    let full = try Forms.results(SARIFRenderer().render(report))
    let marks = try #require(full.first?["suppressions"] as? [[String: String]])
    #expect(marks == [["kind": "external", "status": "accepted"]])
  }
}

@Suite struct `SARIF in full` {
  @Test func `has a flow for each thread`() throws {
    let results = try Forms.results(SARIFRenderer().render(Story.predictedDeadlock.report()))
    let flows = try #require(results[0]["codeFlows"] as? [[String: Any]])
    let threads = try #require(flows[0]["threadFlows"] as? [[String: Any]])
    #expect(threads.map { $0["id"] as? String } == ["Ann", "Bob"])
    #expect(threads.map { ($0["locations"] as? [Any])?.count } == [2, 2])
  }

  @Test func `encodes what an address cannot have, and keeps relative ones relative`() throws {
    let results = try Forms.results(SARIFRenderer().render(Story.nasty.report()))
    let text = String(decoding: try JSONSerialization.data(withJSONObject: results), as: UTF8.self)
    #expect(text.contains("we%20ird%2Cco%3Alon%2541"))
    #expect(text.contains("%C3%A4%23%3F%26%3Cx%3E.swift"))
    #expect(!text.contains("file:"))
  }

  @Test func `has a run for each trace, with its name`() throws {
    let text = SARIFRenderer().render([
      ("a.json", Story.race.report()), ("b.json", Story().report()),
    ])
    let runs = try #require(try Forms.parse(text)["runs"] as? [[String: Any]])
    let names = runs.map { ($0["properties"] as? [String: Any])?["trace"] as? String }
    #expect(names == ["a.json", "b.json"])
  }
}

@Suite struct `Annotations` {
  private func lines(_ story: Story) -> [Substring] {
    GitHubRenderer().render(story.report()).split(separator: "\n")
  }

  @Test func `stand one on a line, and escape what would end them`() throws {
    let lines = lines(.nasty)
    #expect(lines.count == 1)
    #expect(
      lines[0].hasPrefix("::error file=Sources/we ird%2Cco%3Alon%2541/ä#?&<x>.swift,line=3,title="))
    #expect(!lines[0].contains("%0Ag"))
    #expect(lines[0].contains("%250Ag"))
  }

  @Test func `are ten of a kind, the worst first, and say how many more there are`() {
    var story = Story.many(25)
    for place in 10..<25 { story.findings[place].verdict = .possible }
    story.findings[9].verdict = .observed
    for place in 0..<2 { story.findings.append(story.findings[place]) }
    let lines = lines(story)
    #expect(lines.count { $0.hasPrefix("::error ") } == 10)
    #expect(lines.count { $0.hasPrefix("::warning ") } == 10)
    #expect(lines[0].contains("It happened in this run."))
    #expect(lines.last?.contains("5 more warnings not shown here") == true)
  }

  @Test func `never exceed ten notices, the last included`() {
    var story = Story()
    let thread = story.thread("T")
    for number in 0..<15 {
      let lock = story.object("lock \(number)")
      let stack = story.stack(("wait\(number)()", "Wait.swift", number + 1))
      story.findings.append(
        Finding(
          .contention, .observed, .contended(TimeAccount()),
          steps: [story.step(.acquire, by: thread, on: lock, at: stack, event: number)]))
    }
    let lines = GitHubRenderer().render(story.report(rules: Rule.all)).split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0.hasPrefix("::notice ") })
    #expect(lines[9].contains("6 more notices not shown here"))
  }
}
