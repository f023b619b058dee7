import Foundation
import Testing

/// Each thread of a trace takes its locks one inside the other.
///
/// - Parameter join: Whether each thread has ended before the next one is started.
private func nested(_ threads: (name: String, locks: [String])..., join: Bool = false) -> String {
  let forks = threads.map { #"{"thread": "main", "op": "fork", "child": "\#($0.name)"}"# }
  var events = join ? [] : forks
  for (place, (name, locks)) in threads.enumerated() {
    if join { events.append(forks[place]) }
    let at = #""at": "Bank.swift:\#(locks.joined().utf8.count) \#(locks.joined())()""#
    for (operation, locks) in [("acquire", locks), ("release", locks.reversed())] {
      for lock in locks {
        events.append(
          #"{"thread": "\#(name)", "op": "\#(operation)", "object": "\#(lock)", \#(at)}"#)
      }
    }
    if join { events.append(#"{"thread": "main", "op": "join", "child": "\#(name)"}"#) }
  }
  return #"{"format": "lockcheck-trace", "version": 1, "events": ["#
    + events.joined(separator: ",\n") + "]}\n"
}

@Suite struct `lockcheck analyze, of several traces of one program,` {
  /// Analyzes two traces; what is said of both together, and the exit code.
  private func together(
    _ one: String, _ other: String, options: [String] = []
  ) throws -> (report: [String: Any]?, result: Command.Result) {
    let command = try Command()
    defer { command.remove() }
    let traces = [
      try command.write(one, to: "one.json"), try command.write(other, to: "other.json"),
    ]
    let result = try command.run(["analyze", "--format", "json"] + options + traces)
    let all = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let reports = try #require(all?["reports"] as? [[String: Any]])
    return (reports.first { $0["trace"] as? String == "all traces together" }, result)
  }

  @Test func `reports the cycle that only both of them have`() throws {
    let (report, result) = try together(nested(("Ann", ["a", "b"])), nested(("Bob", ["b", "a"])))
    let findings = try #require(report?["findings"] as? [[String: Any]])
    #expect(findings.count == 1)
    #expect(findings.first?["code"] as? String == "LC102")
    #expect(findings.first?["verdict"] as? String == "possible")
    #expect(findings.first?["missing"] as? String == "never-in-one-run")
    let threads = try #require(findings.first?["threads"] as? [String])
    #expect(threads.map { $0.split(separator: " ").first } == ["Ann", "Bob"])
    #expect(threads[0].hasSuffix("one.json") && threads[1].hasSuffix("other.json"))
    #expect(result.status == 0)
  }

  @Test func `counts it where possible findings fail`() throws {
    let traces = (nested(("Ann", ["a", "b"])), nested(("Bob", ["b", "a"])))
    let (_, result) = try together(traces.0, traces.1, options: ["--fail-on", "possible"])
    #expect(result.status == 1)
    let suppressed = try together(
      traces.0, traces.1, options: ["--fail-on", "possible", "--suppress", "LC102:a"])
    #expect(suppressed.report == nil)
    #expect(suppressed.result.status == 0)
    #expect(suppressed.result.errors == "")
    let others = try together(traces.0, traces.1, options: ["--only", "race"])
    #expect(others.report == nil)
  }

  @Test func `says in words that it was never seen in one run`() throws {
    try withCommand { lockcheck in
      let one = try lockcheck.write(nested(("Ann", ["a", "b"])), to: "one.json")
      let other = try lockcheck.write(nested(("Bob", ["b", "a"])), to: "other.json")
      let text = try lockcheck("analyze", one, other).output
      #expect(text.contains("\n\nAll traces together\n\n"))
      #expect(text.contains("Locks taken in a cyclic order  (never seen in one run)"))
      #expect(text.contains("  Seen  never in one run; each step in its own\n"))
    }
  }

  @Test func `reports nothing where the order is the same`() throws {
    #expect(
      try together(nested(("Ann", ["a", "b"])), nested(("Bob", ["a", "b"]))).report == nil)
  }

  @Test func `reports nothing where one lock is held around both`() throws {
    #expect(
      try together(nested(("Ann", ["g", "a", "b"])), nested(("Bob", ["g", "b", "a"]))).report
        == nil)
  }

  @Test func `reports nothing where both steps are one thread's`() throws {
    #expect(
      try together(nested(("Ann", ["a", "b"])), nested(("Ann", ["b", "a"]))).report == nil)
  }

  @Test func `leaves to one of them what it has by itself`() throws {
    let both = nested(("Ann", ["a", "b"]), ("Bob", ["b", "a"]))
    #expect(try together(both, nested(("Bob", ["b", "a"]))).report == nil)
    #expect(try together(both, both).report == nil)
  }

  @Test func `leaves to one of them what it rules out by itself`() throws {
    let ordered = nested(("Ann", ["a", "b"]), ("Bob", ["b", "a"]), join: true)
    #expect(try together(ordered, nested(("Bob", ["b", "a"]))).report == nil)
    #expect(try together(ordered, ordered).report == nil)
  }
}

/// One thread that takes nameless locks one inside the other; each was made at a line of its own.
///
/// - Parameters:
///   - lines: Where the locks were made that are taken, outermost first; none where nil.
///   - others: Where further locks were made.
private func born(at lines: [Int?], others: [Int] = [], thread: Int) -> String {
  let all = lines + others.map { Optional($0) }
  let places = Set(all.compactMap(\.self)).sorted()
  let frames = places.map {
    #"{"id": \#($0), "function": "make()", "file": "A.swift", "line": \#($0)}"#
  }
  let stacks = places.map { #"{"id": \#($0), "frames": [\#($0)]}"# }
  let objects = all.enumerated().map { id, line in
    #"{"id": \#(id), "kind": "lock"\#(line.map { #", "stack": \#($0)"# } ?? "")}"#
  }
  let events = ["acquire", "release"].flatMap { operation in
    let ids = lines.indices.map { operation == "acquire" ? $0 : lines.count - 1 - $0 }
    return ids.map { #"{"thread": \#(thread), "op": "\#(operation)", "object": \#($0)}"# }
  }
  return #"{"format": "lockcheck-trace", "version": 1, "#
    + #""threads": [{"id": 1}, {"id": 2}, {"id": 3}], "#
    + #""frames": [\#(frames.joined(separator: ","))], "#
    + #""stacks": [\#(stacks.joined(separator: ","))], "#
    + #""objects": [\#(objects.joined(separator: ","))], "#
    + #""events": [{"thread": 3, "op": "fork", "child": \#(thread)}, "#
    + events.joined(separator: ",") + "]}"
}

@Suite struct `Nameless locks of several traces` {
  private func isReported(_ one: String, _ other: String) throws -> Bool {
    let command = try Command()
    defer { command.remove() }
    let result = try command(
      "analyze", "--fail-on", "possible", try command.write(one, to: "one.json"),
      try command.write(other, to: "other.json"))
    #expect(result.errors == "")
    return result.status == 1
  }

  @Test func `are the same where they were made in the same place`() throws {
    #expect(try isReported(born(at: [5, 6], thread: 1), born(at: [6, 5], thread: 2)))
    #expect(try !isReported(born(at: [5, 6], thread: 1), born(at: [5, 6], thread: 2)))
    #expect(try !isReported(born(at: [5, 6], thread: 1), born(at: [8, 7], thread: 2)))
  }

  @Test func `are never the same where nobody knows where they were made`() throws {
    #expect(try !isReported(born(at: [nil, 6], thread: 1), born(at: [6, nil], thread: 2)))
  }

  @Test func `are a gate only where one lock was made in their place`() throws {
    let one = born(at: [4, 5, 6], thread: 1)
    #expect(try !isReported(one, born(at: [4, 6, 5], thread: 2)))
    #expect(try isReported(one, born(at: [4, 6, 5], others: [4], thread: 2)))
  }
}
