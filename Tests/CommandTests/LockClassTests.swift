import Foundation
import Testing

@Suite struct `lockcheck analyze, of locks of one class,` {
  /// Two threads, each with an account and a log of its own, in opposite orders.
  private static let pairs = """
    {"format": "lockcheck-trace", "version": 1,
     "objects": [{"id": 1, "kind": "lock", "name": "a1", "class": "account"},
                 {"id": 2, "kind": "lock", "name": "l1", "class": "log"},
                 {"id": 3, "kind": "lock", "name": "a2", "class": "account"},
                 {"id": 4, "kind": "lock", "name": "l2", "class": "log"}],
     "events": [{"thread": "main", "op": "fork", "child": "T"},
                {"thread": "main", "op": "acquire", "object": 1},
                {"thread": "main", "op": "acquire", "object": 2},
                {"thread": "main", "op": "release", "object": 2},
                {"thread": "main", "op": "release", "object": 1},
                {"thread": "T", "op": "acquire", "object": 4},
                {"thread": "T", "op": "acquire", "object": 3},
                {"thread": "T", "op": "release", "object": 3},
                {"thread": "T", "op": "release", "object": 4}]}
    """

  @Test func `reports a cycle of classes as possible, and fails nothing`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "--format", "json", "-", input: Self.pairs)
      #expect(result.status == 0)
      let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      let findings = try #require((report as? [String: Any])?["findings"] as? [[String: Any]])
      #expect(findings.map { $0["code"] as? String } == ["LC102"])
      #expect(findings[0]["verdict"] as? String == "possible")
      #expect(findings[0]["missing"] as? String == "by-class")
      #expect(try lockcheck("analyze", "--fail-on", "possible", "-", input: Self.pairs).status == 1)
    }
  }

  @Test func `leaves it out where asked to`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("analyze", "--no-by-class", "-", input: Self.pairs)
      #expect(result.output.hasPrefix("No findings."))
    }
  }

  @Test func `reports a broken level with and without classes`() throws {
    let levels = Self.pairs.replacing(#""class": "account"}"#, with: #""level": 2}"#)
      .replacing(#""class": "log"}"#, with: #""level": 1}"#)
    try withCommand { lockcheck in
      for option in ["--by-class", "--no-by-class"] {
        let result = try lockcheck("analyze", option, "-", input: levels)
        #expect(result.output.contains("main takes l1 of level 1, while it holds a1 of level 2"))
        #expect(result.output.contains("1 finding: 1 looks possible."))
      }
    }
  }
}
