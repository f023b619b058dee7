import Foundation
import Testing

@Suite struct `lockcheck explain` {
  @Test(arguments: ["LC102", "lc102", "lock-order-cycle"])
  func `prints the page of a rule`(word: String) throws {
    try withCommand { lockcheck in
      let result = try lockcheck("explain", word)
      #expect(result.status == 0)
      for text in ["LC102 lock-order-cycle", "Example", "Why it matters", "The usual fix"] {
        #expect(result.output.contains(text))
      }
    }
  }

  @Test func `lists all rules without a code`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("explain")
      #expect(result.status == 0)
      for code in ["LC101", "LC201", "LC310"] { #expect(result.output.contains(code)) }
    }
  }

  @Test func `ends with 64 for a rule that is not there, and names the nearest`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("explain", "data-rase")
      #expect(result.status == 64)
      #expect(result.errors.contains("did you mean 'data-race'?"))
    }
  }
}

@Suite struct `lockcheck info` {
  @Test func `counts threads, objects, events and locks`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.locked, to: "locked.json")
      let result = try lockcheck("info", trace)
      #expect(result.status == 0)
      let lines = result.output.split(separator: "\n").map {
        $0.split(separator: " ").joined(separator: " ")
      }
      for line in [
        "events 7", "threads 2", "objects 2", "main 4 events", "worker 3 events", "lock 1",
        "variable 1", "acquire 2", "lock lock 2", "time span not recorded",
      ] {
        #expect(lines.contains(line), "\(line)")
      }
    }
  }

  @Test func `says how long the run was where the trace has times`() throws {
    try withCommand { lockcheck in
      let timed = Sample.race.replacing(
        #""thread": "worker""#, with: #""t": 2500000, "thread": "w""#
      )
      .replacing(
        #""thread": "main", "op": "fork""#, with: #""t": 0, "thread": "main", "op": "fork""#)
      let result = try lockcheck("info", "-", input: timed)
      #expect(result.status == 0)
      #expect(result.output.contains("2.5 ms"))
    }
  }

  @Test func `ends with 66 and 65 like analyze`() throws {
    try withCommand { lockcheck in
      let missing = try lockcheck("info", "missing.json")
      #expect(missing.status == 66)
      let noTrace = try lockcheck("info", "-", input: "hello")
      #expect(noTrace.status == 65)
    }
  }
}

@Suite struct `lockcheck` {
  @Test func `says its version`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("version")
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("lockcheck "))
      #expect(try lockcheck("--version").output == result.output)
    }
  }

  @Test(arguments: ["analyze", "convert", "info", "explain", "demo", "version"])
  func `helps with every command`(name: String) throws {
    try withCommand { lockcheck in
      let result = try lockcheck(name, "--help")
      #expect(result.status == 0)
      #expect(result.output.contains("USAGE: lockcheck \(name)"))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `writes completions for a shell`(shell: String) throws {
    try withCommand { lockcheck in
      let result = try lockcheck("--generate-completion-script", shell)
      #expect(result.status == 0)
      #expect(result.output.contains("analyze"))
    }
  }
}

@Suite struct `lockcheck demo` {
  @Test func `records the philosophers and reports their cycle`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("demo", "--keep", "kept.lctrace")
      #expect(result.status == 0)
      #expect(result.output.contains("LC102 lock-order-cycle"))
      #expect(result.output.contains("philosopher 0 takes fork[0] then fork[1]"))
      #expect(result.output.contains("Philosophers.swift:"))
      let again = try lockcheck("analyze", "kept.lctrace")
      #expect(again.output == result.output)
    }
  }

  @Test func `finds nothing in the mended program`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("demo", "--mended")
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("No findings."))
    }
  }

  @Test func `says clearly when the program is not built`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck("demo", "no-such-demo")
      #expect(result.status == 69)
      #expect(result.errors.contains("'no-such-demo' is not built"))
    }
  }

  @Test(arguments: ["../philosophers", "/bin/sh", ""])
  func `starts nothing by path`(program: String) throws {
    try withCommand { lockcheck in
      let result = try lockcheck("demo", program)
      #expect(result.status == 64)
    }
  }
}

@Suite struct `Under a small limit for stacks` {
  @Test func `a trace is analyzed`() throws {
    try withCommand { lockcheck in
      let trace = try lockcheck.write(Sample.race, to: "race.json")
      let result = try lockcheck.run(["analyze", trace], after: "ulimit -s 64")
      #expect(!result.wasKilled)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.output.contains("LC201"))
    }
  }

  @Test func `a program that is run keeps the limit`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.run(
        ["run", "--", "sh", "-c", "ulimit -s; exit 3"], after: "ulimit -s 64")
      #expect(result.status == 3, "\(result.errors)")
      #expect(result.output == "64\n")
    }
  }
}
