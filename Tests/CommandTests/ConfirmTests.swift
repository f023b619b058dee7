import Foundation
import Testing

/// Traces of which something is predicted.
private enum Predicted {
  /// Two threads take two locks in opposite orders, one after the other.
  static let cycle = """
    {"format": "lockcheck-trace", "version": 1, "events": [
      {"thread": "main", "op": "fork", "child": "one"},
      {"thread": "main", "op": "fork", "child": "two"},
      {"thread": "one", "op": "acquire", "object": "A"},
      {"thread": "one", "op": "acquire", "object": "B"},
      {"thread": "one", "op": "release", "object": "B"},
      {"thread": "one", "op": "release", "object": "A"},
      {"thread": "two", "op": "acquire", "object": "B"},
      {"thread": "two", "op": "acquire", "object": "A"},
      {"thread": "two", "op": "release", "object": "A"},
      {"thread": "two", "op": "release", "object": "B"}]}
    """

  /// The way into it.
  static let script = """
    lockcheck-script 1
    goal stuck
    thread 0 - 0
    thread 1 0 0
    thread 2 0 1
    step 0 fork -
    step 0 fork -
    step 1 acquire 0
    step 2 acquire 1
    last 1 acquire 1
    last 2 acquire 0
    end

    """
}

/// A shell that says of its schedule what it is told to.
private func says(_ lines: String..., status: Int = 0) -> [String] {
  let text = lines.joined(separator: "\\n")
  return ["sh", "-c", "printf '\(text)' >\"$LOCKCHECK_SCHEDULE_RESULT\"; exit \(status)"]
}

extension Command {
  /// Tries the first finding of ``Predicted/cycle``.
  fileprivate func confirm(
    _ options: [String] = [], on program: [String], environment: [String: String] = [:]
  ) throws -> Result {
    let trace = try write(Predicted.cycle, to: "cycle.json")
    return try run(
      ["confirm", trace, "1"] + options + ["--"] + program, environment: environment)
  }
}

@Suite struct `lockcheck confirm` {
  @Test func `prints the answer, how to see it again, and the schedule`() throws {
    try withCommand { lockcheck in
      let program = says(
        "outcome: deadlock", "reached: yes", "followed: 4 of 4", "token: lc1:exact:1",
        "message: both wait", "later: more", "", "step  T1", "   0  \\033[2J", status: 3)
      let result = try lockcheck.confirm(on: program)
      #expect(result.status == 1)
      let shell = program[2].replacing("'", with: #"'\''"#)
      #expect(
        result.output == """
          LC102 lock-order-cycle: B, A
          Confirmed: the program was steered into it, in try 1.
          both wait

          It goes the same way again with

            LOCKCHECK_SCHEDULE=lc1:exact:1 sh -c '\(shell)'

          step  T1
             0  \\u{1b}[2J

          """)
      #expect(result.errors == "")
    }
  }

  @Test func `gives the program its script, and the number of the try`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.confirm(
        ["--tries", "5"],
        on: [
          "sh", "-c",
          """
          cat; echo "$LOCKCHECK_SCHEDULE|$LOCKCHECK|$LOCKCHECK_TRACE|$KEPT" >>log
          cat "${LOCKCHECK_SCHEDULE#steer:?:}" >script
          case $LOCKCHECK_SCHEDULE in
            steer:2:*) printf 'outcome: deadlock\nreached: yes\ntoken: lc1:exact:1\n' ;;
            *) printf 'outcome: passed\nreached: no\nfollowed: 2 of 4\n' ;;
          esac >"$LOCKCHECK_SCHEDULE_RESULT"
          """,
        ],
        environment: ["LOCKCHECK": "record", "LOCKCHECK_TRACE": "cycle.json", "KEPT": "kept"])
      #expect(result.status == 1)
      #expect(result.output.contains("in try 3."))
      #expect(try lockcheck.read("script") == Predicted.script)
      let lines = try lockcheck.read("log").split(separator: "\n")
      #expect(lines.count == 3)
      for (place, line) in lines.enumerated() {
        #expect(line.hasPrefix("steer:\(place):/") && line.hasSuffix("/script|||kept"), "\(line)")
      }
      // Nothing stays behind where temporary files go.
      let folder = try #require(
        lines[0].split(separator: ":").last?.dropLast("/script|||kept".count))
      #expect(!FileManager.default.fileExists(atPath: String(folder)))
    }
  }

  @Test func `says after how many tries it gave up, how far it came, and how they ended`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.confirm(
        ["--tries", "3"],
        on: [
          "sh", "-c",
          """
          case $LOCKCHECK_SCHEDULE in
            steer:0:*) printf 'outcome: passed\nreached: no\nfollowed: 3 of 4\n\n' ;;
            steer:1:*) printf 'outcome: passed\nreached: no\nfollowed: 2 of 4\n\n' ;;
            *) kill -SEGV $$ ;;
          esac >"$LOCKCHECK_SCHEDULE_RESULT"
          """,
        ])
      #expect(result.status == 0)
      #expect(
        result.output == """
          LC102 lock-order-cycle: B, A
          Not confirmed in 3 tries. That proves nothing: there may be other ways into that state. \
          At best 3 of the schedule's 4 steps were taken. Tries that ended well: 2; in a crash: 1.

          """)
    }
  }

  @Test func `shows what the program writes only where asked to`() throws {
    try withCommand { lockcheck in
      var program = says("outcome: passed", "reached: no", "")
      program[2] = "echo hello; echo there >&2; \(program[2])"
      let quiet = try lockcheck.confirm(["--tries", "1"], on: program)
      #expect(quiet.errors == "" && !quiet.output.contains("hello"))
      let loud = try lockcheck.confirm(["--tries", "1", "--show-output"], on: program)
      #expect(loud.errors == "hello\nthere\n")
      #expect(loud.output == quiet.output)
    }
  }

  @Test func `ends a try past its limit, with what it has started`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.confirm(
        ["--tries", "2", "--limit", "0.5"],
        on: ["sh", "-c", "sleep 1000 & echo $! >child; wait"])
      #expect(result.status == 0)
      #expect(result.output.contains("Tries that ended past their limit of time: 2."))
      // On a busy machine the shell may not have come so far.
      if let child = try? lockcheck.read("child"), !child.isEmpty {
        #expect(isGone(child.trimmingCharacters(in: .whitespacesAndNewlines)))
      }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `ends the program when it is told to end`(signal: Int32) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Predicted.cycle, to: "cycle.json")
      let process = try lockcheck.start([
        "confirm", trace, "1", "--", "sh", "-c", "echo $$ >pid.new; mv pid.new pid; sleep 1000",
      ])
      var child = ""
      while child.isEmpty, process.isRunning {
        child = (try? lockcheck.read("pid"))?.trimmingCharacters(in: .newlines) ?? ""
        usleep(5_000)
      }
      try #require(!child.isEmpty)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
      #expect(process.terminationStatus == signal)
      #expect(isGone(child))
    }
  }

  @Test func `refuses what predicts nothing, and says why`() throws {
    try withCommand { lockcheck in
      let race = try lockcheck.write(Sample.race, to: "race.json")
      let observed = try lockcheck("confirm", race, "1", "--", "true")
      #expect(observed.status == 64)
      #expect(observed.errors.contains("cannot be tried: it is observed: it has happened already"))
      // What one thread reads forbids the schedule.
      let nest = { (thread: String, one: String, other: String) in
        ["acq(\(one))", "acq(\(other))", "rel(\(other))", "rel(\(one))"].map {
          "\(thread)|\($0)|a\n"
        }
        .joined()
      }
      let flag = "T1|acq(C)|a\nT1|w(x)|a\nT1|rel(C)|a\nT2|acq(C)|a\nT2|r(x)|a\nT2|rel(C)|a\n"
      let seen = try lockcheck.write(
        nest("T1", "A", "B") + flag + nest("T2", "B", "A"), to: "seen.std")
      let possible = try lockcheck("confirm", seen, "1", "--", "true")
      #expect(possible.status == 64)
      #expect(possible.errors.contains("cannot be tried: it is possible and no more"))
      let orphans = try lockcheck.write(
        nest("T1", "A", "B") + nest("T2", "B", "A"), to: "orphans.std")
      let unknown = try lockcheck("confirm", orphans, "1", "--", "true")
      #expect(unknown.status == 64)
      #expect(unknown.errors.contains("the trace does not say who started a thread"))
      let missing = try lockcheck("confirm", race, "9", "--", "true")
      #expect(missing.status == 64)
      #expect(missing.errors.contains("there is no finding '9'"))
    }
  }

  @Test func `says what is wrong with a program that cannot be steered`() throws {
    try withCommand { lockcheck in
      for (program, words) in [
        (
          ["true"],
          "'true' ended with 0 and said nothing of a schedule: it uses none of lockcheck's"
        ),
        (
          ["sh", "-c", "exit 64"], "'sh' ended with 64 and said nothing of a schedule: it may have"
        ),
        (["./missing"], "cannot start './missing': No such file or directory"),
        (["/"], "cannot start '/': "),
        (says("nonsense", ""), "(line 1: expected 'key: value', found 'nonsense')"),
        (says("outcome: passed", ""), "there is no 'reached'"),
        (says("outcome: passed", "reached: maybe", ""), "'reached' is neither yes nor no"),
        (says(""), "there is no 'outcome'"),
      ] {
        let result = try lockcheck.confirm(on: program)
        #expect(result.status == 69, "\(program)")
        #expect(result.errors.contains(words), "\(program): \(result.errors)")
        #expect(result.output == "")
      }
    }
  }

  @Test(arguments: [
    [], ["--"], ["--tries", "0", "--", "true"], ["--limit", "0", "--", "true"],
    ["--limit", "nan", "--", "true"], ["--tries", "x", "--", "true"], ["true"],
  ])
  func `ends with 64 where the command line is wrong`(words: [String]) throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Predicted.cycle, to: "cycle.json")
      let result = try lockcheck.run(["confirm", trace, "1"] + words)
      #expect(result.status == 64, "\(words): \(result)")
    }
  }

  @Test func `ends with 65 and 66 like analyze`() throws {
    try withCommand { lockcheck in
      let bad = try lockcheck.write("nonsense", to: "bad.json")
      #expect(try lockcheck("confirm", bad, "1", "--", "true").status == 65)
      #expect(try lockcheck("confirm", "missing", "1", "--", "true").status == 66)
    }
  }
}

@Suite struct `lockcheck analyze --confirm` {
  private let reached = says("outcome: deadlock", "reached: yes", "token: lc1:exact:1", "")

  @Test func `reports what came of each prediction`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Predicted.cycle, to: "cycle.json")
      let text = try lockcheck.run(["analyze", trace, "--confirm", "--"] + reached)
      #expect(text.status == 1)
      for words in [
        "(predicted, confirmed: it was seen to happen)",
        "  Proof Confirmed: the program was steered into it, in try 1.\n"
          + "        LOCKCHECK_SCHEDULE=lc1:exact:1 sh -c ", "1 of 1 prediction confirmed.",
      ] { #expect(text.output.contains(words), "\(words)\n\(text.output)") }
      let vain = says("outcome: passed", "reached: no", "followed: 1 of 4", "")
      let json = try lockcheck.run(
        ["analyze", "--format", "json", trace, "--confirm", "--tries", "2", "--"] + vain)
      #expect(json.status == 1)
      let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
      let findings = try #require((report as? [String: Any])?["findings"] as? [[String: Any]])
      let answer = try #require(findings[0]["confirmation"] as? [String: Any])
      #expect(answer["answer"] as? String == "not confirmed")
      #expect(answer["tries"] as? Int == 2)
      #expect(answer["followed"] as? Int == 1 && answer["steps"] as? Int == 4)
      #expect(answer["endings"] as? [String: Int] == ["passed": 2])
      #expect(answer["token"] == nil)
    }
  }

  @Test func `runs no program where nothing is predicted`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck("analyze", trace, "--confirm", "--", "./missing")
      #expect(result.status == 1)
      #expect(!result.output.contains("confirm"))
    }
  }

  @Test func `takes one trace, and options of its own only where it was asked for`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Predicted.cycle, to: "cycle.json")
      for words in [
        [trace, trace, "--confirm", "--", "true"], [trace, "--confirm"],
        [trace, "--confirm", "true"], ["-", "--confirm", "--", "true"], [trace, "--tries", "3"],
        [trace, "--show-output"], [trace, "--confirm", "--"], [trace, "--confirm", "--", ""],
      ] {
        let result = try lockcheck.run(["analyze"] + words)
        #expect(result.status == 64, "\(words): \(result)")
      }
      // Without it, what stands after -- are traces.
      let both = try lockcheck("analyze", trace, "--", trace)
      #expect(both.output.split(separator: "\n").count { $0.hasPrefix("Trace ") } == 2)
    }
  }
}

extension Command {
  /// Starts the command and leaves it running.
  fileprivate func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}

/// Whether a process has ended, whoever is to take note of it.
private func isGone(_ process: String) -> Bool {
  guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
    let name = text.lastIndex(of: ")")
  else { return true }
  return text[name...].dropFirst(2).first == "Z"
}
