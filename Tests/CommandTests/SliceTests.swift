import Foundation
import Testing

/// A run of eight threads that does much, with two locks taken in opposite orders and one race in it.
private let longRun: String = {
  var lines = (1..<8).map { "T0|fork(T\($0))|start" }
  for turn in 0..<600 {
    let (thread, lock) = (turn * 7 % 8, turn * 5 % 12)
    lines += ["acq(L\(lock))", "w(x\(lock))", "rel(L\(lock))"].map { "T\(thread)|\($0)|work" }
    if turn == 200 {
      lines += ["acq(A)", "acq(B)", "rel(B)", "rel(A)"].map { "T1|\($0)|one" }
    }
    if turn == 400 {
      lines += ["acq(B)", "acq(A)", "rel(A)", "rel(B)"].map { "T2|\($0)|other" }
    }
    if turn == 500 { lines += ["T3|w(z)|race", "T4|w(z)|race"] }
  }
  return lines.joined(separator: "\n") + "\n"
}()

@Suite struct `lockcheck slice` {
  /// The fingerprint and rule of each finding, in the order of the report.
  private func findings(
    _ lockcheck: borrowing Command, _ trace: String
  ) throws -> [(rule: String, fingerprint: String, verdict: String)] {
    let report = try lockcheck("analyze", "--format", "json", trace)
    let document = try JSONSerialization.jsonObject(with: Data(report.output.utf8))
    let rows = try #require((document as? [String: Any])?["findings"] as? [[String: Any]])
    return rows.map { row in
      (
        row["rule"] as? String ?? "", row["fingerprint"] as? String ?? "",
        row["verdict"] as? String ?? ""
      )
    }
  }

  @Test func `leaves what a finding needs and nothing else`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(longRun, to: "long.std")
      let all = try findings(lockcheck, trace)
      #expect(all.map(\.rule) == ["data-race", "lock-order-cycle"])
      let race = try lockcheck("slice", trace, "1", "-o", "race.std")
      #expect(race.status == 0)
      #expect(race.errors == "lockcheck: 2 of 1817 events are left\n")
      #expect(try lockcheck.read("race.std") == "T3|w(z)|race\nT4|w(z)|race\n")
      let cycle = try lockcheck("slice", trace, "#2", "-o", "cycle.std")
      #expect(cycle.status == 0)
      #expect(
        try lockcheck.read("cycle.std").split(separator: "\n") == [
          "T1|acq(A)|one", "T1|acq(B)|one", "T1|rel(B)|one", "T1|rel(A)|one",
          "T2|acq(B)|other", "T2|acq(A)|other", "T2|rel(A)|other", "T2|rel(B)|other",
        ])
      for (place, slice) in ["race.std", "cycle.std"].enumerated() {
        let found = try findings(lockcheck, slice)
        #expect(found.map(\.fingerprint) == [all[place].fingerprint])
        #expect(found.map(\.verdict) == [all[place].verdict])
      }
    }
  }

  @Test func `takes a fingerprint, or its beginning`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(longRun, to: "long.std")
      let fingerprint = try findings(lockcheck, trace)[1].fingerprint
      for name in [fingerprint, String(fingerprint.prefix(7)), fingerprint.uppercased()] {
        let result = try lockcheck("slice", trace, name, "-o", "small.json")
        #expect(result.status == 0)
        #expect(result.errors.contains("8 of 1817"))
      }
    }
  }

  @Test func `writes tables of what is left`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(longRun, to: "long.std")
      #expect(try lockcheck("slice", trace, "1", "-o", "race.json").status == 0)
      let text = try lockcheck.read("race.json")
      for name in ["\"T3\"", "\"T4\"", "\"z\""] { #expect(text.contains(name)) }
      for name in ["\"T0\"", "\"L1\"", "\"A\"", "work"] { #expect(!text.contains(name)) }
    }
  }

  @Test func `keeps threads that are stuck`() throws {
    try withCommand { lockcheck in
      let stuck = """
        {"format": "lockcheck-trace", "version": 1, "events": [
          {"thread": "T0", "op": "write", "object": "x", "kind": "variable"},
          {"thread": "T1", "op": "acquire", "object": "A"},
          {"thread": "T2", "op": "acquire", "object": "B"},
          {"thread": "T2", "op": "acquire", "object": "C"},
          {"thread": "T2", "op": "release", "object": "C"},
          {"thread": "T1", "op": "acquire", "object": "B", "pending": true},
          {"thread": "T2", "op": "acquire", "object": "A", "pending": true}]}
        """
      let trace = try lockcheck.write(stuck, to: "stuck.json")
      let result = try lockcheck("slice", trace, "1", "-o", "small.ndjson")
      #expect(result.errors == "lockcheck: 4 of 7 events are left\n")
      let found = try findings(lockcheck, "small.ndjson")
      #expect(found.map(\.rule) == ["deadlock"])
      #expect(found.map(\.verdict) == ["observed"])
    }
  }

  @Test func `does not take away what makes a misuse what it is`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(
        "T1|w(x)|a\nT1|acq(A)|a\nT2|rel(A)|b\nT1|rel(A)|a\n", to: "foreign.std")
      let result = try lockcheck("slice", trace, "1", "-o", "small.std")
      #expect(result.status == 0)
      #expect(try lockcheck.read("small.std").hasPrefix("T1|acq(A)|a\nT2|rel(A)|b\n"))
    }
  }

  @Test func `lists the findings where there is no such one`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(longRun, to: "long.std")
      for name in ["3", "0", "abc", ""] {
        let result = try lockcheck("slice", trace, name, "-o", "small.json")
        #expect(result.status == 64)
        #expect(result.errors.contains("there is no finding '\(name)'"))
        #expect(result.errors.contains("observed data-race: z"))
        #expect(result.errors.contains("predicted lock-order-cycle: "))
        #expect(!FileManager.default.fileExists(atPath: lockcheck.path("small.json")))
      }
      let locked = try lockcheck.write(Sample.locked, to: "locked.json")
      let result = try lockcheck("slice", locked, "1", "-o", "small.json")
      #expect(result.errors == "lockcheck: there is no finding '1'; the trace shows none\n")
    }
  }

  @Test func `ends with 64, 65, 66 and 74 like analyze, and keeps the trace`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let bad = try lockcheck.write("nonsense", to: "bad.json")
      for (arguments, status) in [
        (["slice", race, "1", "-o", "x"], 64), (["slice", race, "-o", "x.json"], 64),
        (["slice", race, "1", "-o", race], 64), (["slice", bad, "1", "-o", "x.std"], 65),
        (["slice", "missing", "1", "-o", "x.std"], 66),
        (["slice", race, "1", "--to", "std", "-o", "/dev/full"], 74),
      ] {
        let result = try lockcheck.run(arguments)
        #expect(result.status == Int32(status), "\(arguments): \(result)")
      }
      #expect(try lockcheck.read("race.json") == Sample.race)
    }
  }
}
