import Foundation
import Testing

@Suite struct `A .lockcheck.yml` {
  @Test func `is found from the working directory upwards, and stands for options`() throws {
    try withCommand { lockcheck in
      _ = try lockcheck.write("fail-on: never\nformat: json\n", to: ".lockcheck.yml")
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let inner = lockcheck.folder.appending(path: "a/b")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      let result = try Command(folder: inner)("analyze", trace)
      #expect(result.status == 0)
      #expect(result.output.contains("\"format\": \"lockcheck-report\""))
      #expect(result.errors == "")
    }
  }

  @Test func `gives way to the command line`() throws {
    try withCommand { lockcheck in
      _ = try lockcheck.write("fail-on: never\nignore: race\n", to: ".lockcheck.yml")
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      #expect(try lockcheck("analyze", trace).output.hasPrefix("No findings."))
      #expect(try lockcheck("analyze", "--ignore", "misuse", trace).status == 0)
      #expect(
        try lockcheck("analyze", "--ignore=misuse", "--fail-on", "observed", trace).status == 1)
      #expect(try lockcheck("analyze", "--no-config", trace).status == 1)
      let other = try lockcheck.write("fail-on: never\n", to: "other.yml")
      #expect(try lockcheck("analyze", "--config", other, trace).output.contains("1 happened"))
    }
  }

  @Test func `that is wrong ends the command with its place`() throws {
    try withCommand { lockcheck in
      _ = try lockcheck.write("fail-on: predicted\nfial-on: never\n", to: ".lockcheck.yml")
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 78 && result.output == "")
      #expect(
        result.errors.hasPrefix(
          "lockcheck: .lockcheck.yml:2:1: unknown key 'fial-on'; did you mean 'fail-on'?"))
      #expect(try lockcheck("analyze", "--help").status == 0)
      #expect(try lockcheck("info", trace).status == 0)
      #expect(try lockcheck("analyze", "--config", "none.yml", trace).status == 66)
    }
  }

  @Test func `has suppressions, which are counted, shown on request, and pointed out when useless`()
    throws
  {
    try withCommand { lockcheck in
      _ = try lockcheck.write(
        """
        suppressions:
          - rule: LC201
            function: "add(*"
            lock: total
            reason: may be wrong
          - rule: LC102
            reason: nothing of the kind
          - rule: LC201
            reason: not any more
            expires: 2001-01-31
        """, to: ".lockcheck.yml")
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("No findings. 1 suppressed (--show-suppressed lists them)."))
      #expect(
        result.errors == """
          lockcheck: .lockcheck.yml:8: suppression 'rule: LC201' expired on 2001-01-31, and holds no longer
          lockcheck: .lockcheck.yml:6: suppression 'rule: LC102' applies to nothing

          """)
      let shown = try lockcheck("analyze", "--show-suppressed", trace).output
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(shown.contains(".lockcheck.yml:2: may be wrong"), "\(shown)")
      let json = try lockcheck("analyze", "--show-suppressed", "--format", "json", trace).output
      #expect(json.contains(#""reason": "may be wrong""#))
      #expect(json.contains(#""place": ".lockcheck.yml:2""#))
    }
  }

  @Test func `takes the entries that are printed`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let printed = try lockcheck("analyze", "--print-suppressions", trace)
      #expect(printed.status == 0)
      _ = try lockcheck.write(
        printed.output.replacing("\"…\"", with: "because"), to: ".lockcheck.yml")
      let result = try lockcheck("analyze", trace)
      #expect(result.status == 0 && result.errors == "")
      #expect(result.output.hasPrefix("No findings. 1 suppressed"))
    }
  }
}

@Suite struct `Accepted findings` {
  @Test func `are those that a comment in the sources names`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let source = "func add() {\n  total += 1 // lockcheck:ignore LC201\n}\n"
      _ = try lockcheck.write(source, to: "Account.swift")
      let result = try lockcheck("analyze", "--show-suppressed", trace)
      #expect(result.status == 0)
      #expect(result.output.contains("Suppressed by 'lockcheck:ignore LC201', Account.swift:2"))
      #expect(
        result.errors
          == "lockcheck: Account.swift:2: lockcheck:ignore does not say why: expected a reason behind the rule\n"
      )
      #expect(try lockcheck("analyze", "--no-comments", trace).status == 1)
      _ = try lockcheck.write(source.replacing("LC201", with: "LC102 why"), to: "Account.swift")
      #expect(try lockcheck("analyze", trace).status == 1)
    }
  }

  @Test func `are those that a file of ThreadSanitizer's names`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let file = try lockcheck.write("race:^add\nthread:x\ndeadlock:y\n", to: "tsan.supp")
      let result = try lockcheck("analyze", "--tsan-suppressions", file, trace)
      #expect(result.status == 0)
      #expect(result.errors.contains("tsan.supp:2: 'thread:x' has no meaning here"))
      #expect(result.errors.contains("tsan.supp: 1 entry applies to nothing"))
      _ = try lockcheck.write("tsan-suppressions: tsan.supp\n", to: ".lockcheck.yml")
      #expect(try lockcheck("analyze", trace).status == 0)
      _ = try lockcheck.write("leak:x\n", to: "tsan.supp")
      #expect(try lockcheck("analyze", trace).status == 78)
    }
  }

  @Test func `are those of a baseline, here and elsewhere`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let missing = try lockcheck("analyze", "--baseline", "known.json", trace)
      #expect(missing.status == 66 && missing.errors.contains("--update-baseline makes one"))
      let made = try lockcheck("analyze", "--baseline", "known.json", "--update-baseline", trace)
      #expect(made.status == 0)
      #expect(made.errors == "lockcheck: baseline known.json: 1 known, 1 added, 0 taken out\n")
      #expect(try lockcheck("analyze", "--baseline", "known.json", trace).status == 0)

      // Recorded on another machine, after an edit further up in the file.
      let moved = try lockcheck.write(
        Sample.race.replacing("Account.swift:2", with: "/ci/7/src/Account.swift:90"),
        to: "moved.json")
      #expect(try lockcheck("analyze", "--baseline", "known.json", moved).status == 0)

      let other = try lockcheck.write(
        Sample.race.replacing("add(_:)", with: "remove(_:)"), to: "other.json")
      let new = try lockcheck("analyze", "--baseline", "known.json", other)
      #expect(new.status == 1)
      #expect(new.errors.contains("1 of 1 did not show up"))
      #expect(try lockcheck("analyze", "--baseline", "known.json", trace, other).status == 1)
    }
  }

  @Test func `stay as they are where a trace cannot be read`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let damaged = try lockcheck.write(Sample.truncated, to: "damaged.json")
      let result = try lockcheck(
        "analyze", "--baseline", "known.json", "--update-baseline", trace, damaged)
      #expect(result.status == 65)
      #expect(!FileManager.default.fileExists(atPath: lockcheck.path("known.json")))
    }
  }

  @Test func `need a file to be written to`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      #expect(try lockcheck("analyze", "--update-baseline", trace).status == 64)
      _ = try lockcheck.write("{", to: "known.json")
      #expect(try lockcheck("analyze", "--baseline", "known.json", trace).status == 78)
    }
  }
}

@Suite struct `lockcheck diff` {
  @Test func `tells what is new, gone and still there`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let locked = try lockcheck.write(Sample.locked, to: "locked.json")
      let worse = try lockcheck("diff", locked, race)
      #expect(worse.status == 1)
      #expect(worse.output.hasPrefix("New (1)\n  observed LC201 data-race  "))
      #expect(worse.output.hasSuffix("1 new, 0 gone, 0 still there.\n"))
      #expect(try lockcheck("diff", "--fail-on", "never", locked, race).status == 0)
      let better = try lockcheck("diff", race, locked)
      #expect(better.status == 0 && better.output.hasPrefix("Gone (1)\n"))
      let same = try lockcheck("diff", race, race)
      #expect(same.status == 0 && same.output.hasPrefix("Still there (1)\n"))
    }
  }

  @Test func `takes reports for the traces they are about`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      _ = try lockcheck("analyze", "--format", "json", "-o", "report.json", race)
      let result = try lockcheck("diff", "--format", "json", "report.json", race)
      #expect(result.status == 0)
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      #expect(json["format"] as? String == "lockcheck-diff")
      #expect(json["summary"] as? [String: Int] == ["new": 0, "gone": 0, "kept": 1, "surer": 0])
      let named = Sample.race.replacing("total", with: "total of /home/zoe/in")
      let trace = try lockcheck.write(named, to: "named.json")
      _ = try lockcheck("analyze", "--format", "json", "-o", "named-report.json", trace)
      for input in ["named-report.json", trace] {
        let redacted = try lockcheck("diff", "--redact", input, trace)
        #expect(redacted.output.contains("total of /…/in") && !redacted.output.contains("zoe"))
      }
      _ = try lockcheck.write("baseline: none.json\n", to: ".lockcheck.yml")
      #expect(try lockcheck("diff", race, race).status == 0)
      #expect(try lockcheck("diff", "--baseline", "x", race, race).status == 64)
      let broken = try lockcheck.write(
        #"{"format": "lockcheck-report", "version": 1"#, to: "b.json")
      #expect(try lockcheck("diff", broken, race).status == 65)
      #expect(try lockcheck("diff", "missing.json", race).status == 66)
    }
  }
}

@Suite struct `Redacting` {
  private static let trace = Sample.race
    .replacing("Account.swift", with: "/home/zoe/secret/Account.swift")
    .replacing("\"worker\"", with: "\"zoe's worker\"")
    .replacing(
      "\"version\": 1,",
      with:
        #""version": 1, "process": {"executable": "/home/zoe/bank", "arguments": ["--token=12"]},"#)

  @Test func `a trace leaves its findings and their fingerprints`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.trace, to: "run.json")
      #expect(try lockcheck("convert", "--redact", trace, "-o", "shared.json").status == 0)
      let shared = try lockcheck.read("shared.json")
      for word in ["zoe", "secret", "token"] { #expect(!shared.contains(word), "\(word)") }
      #expect(shared.contains("Account.swift") && shared.contains("<user>'s worker"))
      #expect(
        try lockcheck("diff", trace, "shared.json").output.hasSuffix(
          "0 new, 0 gone, 1 still there.\n"))
    }
  }

  @Test func `a report gives that of the redacted trace`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Self.trace, to: "run.json")
      _ = try lockcheck("convert", "--redact", "--redact-word", "total", trace, "-o", "shared.json")
      for format in ["text", "json"] {
        let report = try lockcheck(
          "analyze", "--redact", "--redact-word", "total", "--format", format, trace)
        #expect(report.status == 1)
        #expect(
          report.output == (try lockcheck("analyze", "--format", format, "shared.json").output))
        for word in ["zoe", "secret", "total"] { #expect(!report.output.contains(word), "\(word)") }
      }
      #expect(try lockcheck("analyze", "--redact-word", "x", trace).status == 64)
      // It looks at the trace again.
      #expect(try lockcheck("analyze", "--redact", "-o", "dot=a.dot", trace).status == 64)
    }
  }
}
