import Foundation
import Testing

@Suite struct `lockcheck, asked where the time goes,` {
  /// A lock is held for 20 ms while another thread waits for it, twice.
  private static let slow = """
    {"format": "lockcheck-trace", "version": 1, "events": [
      {"t": 0, "thread": "main", "op": "fork", "child": "T"},
      {"t": 0, "thread": "main", "op": "acquire", "object": "A", "at": "a.swift:3 slow()"},
      {"t": 1000000, "thread": "T", "op": "acquire", "object": "A", "pending": true, "at": "a.swift:9 quick()"},
      {"t": 20000000, "thread": "main", "op": "release", "object": "A", "at": "a.swift:5 slow()"},
      {"t": 20000000, "thread": "T", "op": "acquire", "object": "A", "at": "a.swift:9 quick()"},
      {"t": 20000001, "thread": "T", "op": "release", "object": "A", "at": "a.swift:9 quick()"},
      {"t": 30000000, "thread": "main", "op": "acquire", "object": "A", "at": "a.swift:3 slow()"},
      {"t": 31000000, "thread": "T", "op": "acquire", "object": "A", "pending": true, "at": "a.swift:9 quick()"},
      {"t": 50000000, "thread": "main", "op": "release", "object": "A", "at": "a.swift:5 slow()"},
      {"t": 50000000, "thread": "T", "op": "acquire", "object": "A", "at": "a.swift:9 quick()"},
      {"t": 50000001, "thread": "T", "op": "release", "object": "A", "at": "a.swift:9 quick()"}
    ]}
    """

  private func findings(_ result: Command.Result) throws -> [[String: Any]] {
    let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require((report as? [String: Any])?["findings"] as? [[String: Any]])
  }

  @Test func `says nothing unless it is asked`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "--fail-on", "possible", "-", input: Self.slow)
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("No findings."))
    }
  }

  @Test(arguments: [["--performance"], ["--only", "performance"], ["--only", "contention,LC402"]])
  func `tells, and fails nothing`(options: [String]) throws {
    try withCommand { lockcheck in
      let result = try lockcheck.run(
        ["analyze", "--fail-on", "possible", "--format", "json"] + options + ["-"],
        input: Self.slow)
      #expect(result.status == 0)
      let findings = try findings(result)
      #expect(findings.map { $0["rule"] as? String } == ["contention", "long-hold"])
      #expect(findings.allSatisfy { $0["verdict"] as? String == "observed" })
      let times = try #require(findings[0]["times"] as? [String: Any])
      #expect(times["span"] as? Int == 50_000_001)
      let waits = try #require(times["waits"] as? [String: Int])
      #expect(waits == ["count": 2, "total": 38_000_000, "longest": 19_000_000])
      #expect((findings[1]["times"] as? [String: Any])?["hold"] as? Int == 20_000_000)
    }
  }

  @Test func `fails where that is asked, too`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "--fail-on-performance", "-", input: Self.slow)
      #expect(result.status == 1)
      #expect(result.output.contains("2 findings: 2 happened."))
      let never = try lockcheck(
        "analyze", "--fail-on-performance", "--fail-on", "never", "-", input: Self.slow)
      #expect(never.status == 0)
      let only = try lockcheck(
        "analyze", "--fail-on-performance", "--only", "deadlock", "-", input: Self.slow)
      #expect(only.status == 1)
    }
  }

  @Test func `says that a trace has no times`() throws {
    try withCommand { lockcheck in
      let trace = "T1|acq(A)|1\nT1|rel(A)|2\n"
      let result = try lockcheck("analyze", "--performance", "-", input: trace)
      #expect(result.status == 0)
      #expect(result.output.contains("does not say when things happened"))
    }
  }

  @Test func `shows waits and holds in info, the worst first`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("info", "-", input: Self.slow)
      let lines = result.output.split(separator: "\n").map {
        $0.split(separator: " ").joined(separator: " ")
      }
      #expect(lines.contains("A 2 38.0 ms 19.0 ms 4 40.0 ms 20.0 ms"))
      let quick = lines.firstIndex(of: "a.swift:9 A 2 38.0 ms 19.0 ms 2 2 ns 1 ns")
      let slow = lines.firstIndex(of: "a.swift:3 A 0 0 ns 0 ns 2 40.0 ms 20.0 ms")
      #expect(try #require(quick) < #require(slow))
    }
  }
}
