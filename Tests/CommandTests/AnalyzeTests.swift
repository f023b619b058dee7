import Foundation
import Testing

@Suite struct `lockcheck analyze` {
  private func report(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test func `ends with 1 and a report where a race happened`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 1)
      #expect(result.output.contains("HAPPENED  Two threads touch a variable"))
      #expect(result.output.contains("writes total in add(_:) at Account.swift:2"))
      #expect(result.errors == "")
    }
  }

  @Test func `ends with 0 and says what was looked at where nothing is wrong`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.locked, to: "locked.json")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("No findings."))
      #expect(result.output.contains("7 events by 2 threads on 2 objects"))
    }
  }

  @Test func `reads standard input`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "-", input: Sample.race)
      #expect(result.status == 1)
      #expect(result.output.contains("data-race"))
    }
  }

  @Test func `writes JSON where asked to`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "--format", "json", "-", input: Sample.race)
      let report = try report(result.output)
      #expect(report["format"] as? String == "lockcheck-report")
      let findings = try #require(report["findings"] as? [[String: Any]])
      #expect(findings.map { $0["code"] as? String } == ["LC201"])
      #expect(findings[0]["verdict"] as? String == "observed")
      #expect(findings[0]["events"] == nil)
    }
  }

  @Test func `gives the same bytes for the same trace`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let first = try lockcheck("analyze", "--format", "json", trace)
      #expect(try lockcheck("analyze", "--format", "json", trace).output == first.output)
    }
  }

  @Test func `lists every occurrence where asked to`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck(
        "analyze", "--format", "json", "--all-occurrences", "-", input: Sample.race)
      let findings = try #require(try report(result.output)["findings"] as? [[String: Any]])
      #expect(findings[0]["events"] as? [[Int]] == [[1, 2]])
    }
  }

  @Test func `shows the source line where it can be read`() throws {
    try withCommand { lockcheck in
      _ = try lockcheck.write("func add(_ n: Int) {\n  total += n\n}\n", to: "Account.swift")
      let result = try lockcheck("analyze", "-", input: Sample.race)
      #expect(result.output.contains("2 │ total += n"))
    }
  }

  @Test func `tells several traces apart`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let locked = try lockcheck.write(Sample.locked, to: "locked.json")
      let text = try lockcheck("analyze", locked, race)
      #expect(text.status == 1)
      #expect(text.output.contains("Trace \(locked)\n"))
      #expect(text.output.contains("Trace \(race)\n"))
      let json = try lockcheck("analyze", "--format", "json", locked, race)
      let reports = try #require(try report(json.output)["reports"] as? [[String: Any]])
      #expect(reports.map { $0["trace"] as? String } == [locked, race])
    }
  }

  @Test func `reports on the other traces when one cannot be read`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", "missing.json", race)
      #expect(result.status == 66)
      #expect(result.output.contains("data-race"))
      #expect(result.errors.contains("missing.json"))
    }
  }

  @Test(arguments: [
    ([], 1), (["--fail-on", "observed"], 1), (["--fail-on", "possible"], 1),
    (["--fail-on", "never"], 0),
  ])
  func `fails on what it is told to fail on`(options: [String], status: Int) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      #expect(try lockcheck.run(["analyze", trace] + options).status == Int32(status))
    }
  }

  @Test(arguments: [
    (["--only", "race"], 1), (["--only", "deadlock"], 0), (["--only", "LC201"], 1),
    (["--only", "misuse,data-race"], 1), (["--only", "misuse", "--only", "lc201"], 1),
    (["--only", "misuse,deadlock"], 0),
  ])
  func `looks only for the rules it was asked for`(options: [String], status: Int) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      #expect(try lockcheck.run(["analyze", trace] + options).status == Int32(status))
    }
  }

  @Test func `leaves out what is suppressed, and counts it`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace, "--suppress", "data-race:total")
      #expect(result.status == 0)
      #expect(result.output.contains("No findings. 1 suppressed (--show-suppressed lists them)."))
      #expect(result.errors == "")
    }
  }

  @Test func `points out a suppression that applies to nothing`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let list = try lockcheck.write("# old\nlock-leak:gone()\nLC201:tot*\n", to: "list")
      let result = try lockcheck("analyze", trace, "--suppress", "@\(list)")
      #expect(result.status == 0)
      #expect(
        result.errors == "lockcheck: \(list):2: suppression 'lock-leak:gone()' applies to nothing\n"
      )
    }
  }
}

@Suite struct `lockcheck analyze refuses` {
  @Test(arguments: [
    ["analyze"], ["analyze", "x.json", "--nonsense"], ["analyze", "x.json", "--format", "yaml"],
    ["analyze", "x.json", "--only", "LC999"], ["analyze", "x.json", "--only", ""],
    ["analyze", "x.json", "--suppress", "data-race:"], ["analyze", "x.json", "--suppress", "what"],
    ["analyze", "-", "-"], ["analyze", "x.json", "--fail-on", "sometimes"], ["nonsense"],
  ])
  func `a wrong command line with 64`(arguments: [String]) throws {
    try withCommand { lockcheck in
      let result = try lockcheck.run(arguments)
      #expect(result.status == 64, "\(result)")
      #expect(result.output == "")
      #expect(result.errors != "")
    }
  }

  @Test func `a malformed list of suppressions with 64, and names the file`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let list = try lockcheck.write("LC201:x\nnonsense\n", to: "accepted.txt")
      let result = try lockcheck("analyze", trace, "--suppress", "@\(list)")
      #expect(result.status == 64)
      #expect(result.errors.contains("accepted.txt") && result.errors.contains("'nonsense'"))
    }
  }

  @Test func `a file that is not there with 66`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "missing.json")
      #expect(result.status == 66)
      #expect(result.errors.contains("'missing.json'"))
      let list = try lockcheck("analyze", "-", "--suppress", "@missing.txt", input: Sample.race)
      #expect(list.status == 66)
    }
  }

  @Test(arguments: ["", "   \n", "hello", "{", Sample.truncated, "\u{1F}\u{8B}"])
  func `what is no trace with 65, and says where`(text: String) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(text, to: "bad.json")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 65, "\(result)")
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("lockcheck: "))
      #expect(result.errors.contains("bad.json"))
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `a folder with 65`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", lockcheck.folder.path)
      #expect(result.status == 65)
      #expect(result.errors.contains("is a folder"))
    }
  }

  @Test func `damage, but reads on past it where asked to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(
        Sample.race.replacing("]}", with: ", {\"op\": \"acqq\"}]}"), to: "damaged.json")
      #expect(try lockcheck("analyze", trace).status == 65)
      let result = try lockcheck("analyze", trace, "--recover")
      #expect(result.status == 1)
      #expect(result.output.contains("data-race"))
      #expect(result.output.contains("Warning: damaged, and read on"))
    }
  }
}
