import Foundation
import Testing

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler")) struct `lockcheck run` {
  @Test func `records a program as it is and says what could go wrong`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let result = try lockcheck.record("--", program)
      #expect(result.status == 1)
      #expect(result.output == "done\n")
      #expect(result.errors.contains("LC102 lock-order-cycle"))
      #expect(result.errors.contains("CAN HAPPEN"))
      // The trace is kept, and named.
      let kept = lockcheck.leftovers
      #expect(kept.count == 1)
      #expect(kept.allSatisfy { result.errors.contains($0) })
    }
  }

  @Test func `leaves nothing behind where there is nothing to tell`() throws {
    try withProgram(#"int main(void) { both(&a, &b); both(&a, &b); return 0; }"#) {
      lockcheck, program in
      let result = try lockcheck.record("--", program)
      #expect(result.status == 0)
      #expect(result.errors.contains("No findings."))
      #expect(lockcheck.isTidy)
    }
  }

  @Test(arguments: [("exit 0", 0), ("exit 3", 3), ("kill -SEGV $$", 139), ("kill -KILL $$", 137)])
  func `ends as the program does`(script: String, status: Int32) throws {
    try withCommand { lockcheck in
      let result = try lockcheck.record("--", "sh", "-c", script)
      #expect(result.status == status, "\(result.errors)")
      #expect(!result.wasKilled)
    }
  }

  @Test func `ends as the program does where that is not 0, also with findings`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let script = try lockcheck.write("\(program); exit 5\n", to: "script.sh")
      let result = try lockcheck.record("--follow-forks", "--", "sh", script)
      #expect(result.errors.contains("LC102"))
      #expect(result.status == 5)
    }
  }

  @Test func `records programs that have the address of malloc in their own code`() throws {
    try withCommand { lockcheck in
      let source = """
        void *(*make)(size_t);
        int main(void) { make = malloc; free(make(8)); return 0; }
        """
      let program = try #require(
        try CProgram.make(source, lockcheck, options: ["-fno-pie", "-no-pie"]))
      #expect(try lockcheck.record("--", program).status == 0)
    }
  }

  @Test func `reads and writes for the program`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.record("--", "cat", "-", input: "one\ntwo\n")
      #expect(result.output == "one\ntwo\n")
      #expect(result.status == 0)
    }
  }

  @Test func `has its traces in TMPDIR, if that is a place`() throws {
    try withCommand { lockcheck in
      #expect(try lockcheck.record("--", "true", environment: ["TMPDIR": ""]).status == 0)
      let place = lockcheck.path("%p")
      let result = try lockcheck.record("--", "true", environment: ["TMPDIR": place])
      #expect(result.status == 74)
      #expect(result.errors.contains("%p stands for the number of a process"), "\(result.errors)")
    }
  }

  @Test func `writes the report to a file`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let result = try lockcheck.record("--format", "json", "-o", "report.json", "--", program)
      #expect(result.status == 1)
      #expect(!result.errors.contains("LC102"))
      #expect(try lockcheck.read("report.json").contains(#""code": "LC102""#))
    }
  }

  @Test func `writes other forms beside the report`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let result = try lockcheck.record("-o", "sarif=r.sarif", "-o", "junit=r.xml", "--", program)
      #expect(result.status == 1)
      #expect(result.errors.contains("LC102 lock-order-cycle"))
      #expect(try lockcheck.read("r.sarif").contains("\"ruleId\": \"LC102\""))
      #expect(try lockcheck.read("r.xml").contains("failures=\"1\""))
      let refused = try lockcheck.record("-o", "trace-event=r.json", "--", program)
      #expect(refused.status == 64)
      #expect(refused.errors.contains("goes with analyze"))
    }
  }

  @Test func `takes the options of analyze`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let never = try lockcheck.record("--fail-on", "never", "--", program)
      #expect(never.status == 0)
      let others = try lockcheck.record("--only", "race", "--", program)
      #expect(others.status == 0)
      #expect(others.errors.contains("No findings."))
      let wrong = try lockcheck.record("--only", "nothing", "--", program)
      #expect(wrong.status == 64)
      // Nothing was run.
      #expect(wrong.output.isEmpty)
    }
  }

  @Test(arguments: [["--bogus", "--", "true"], [], ["--"], ["--hang", "0", "--", "true"]])
  func `ends with 64 where the command line is wrong`(arguments: [String]) throws {
    try withCommand { lockcheck in
      let result = try lockcheck.run(["run"] + arguments)
      #expect(result.status == 64)
    }
  }
}

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `What lockcheck run cannot run` {
  @Test func `is not there: 127`() throws {
    try withCommand { lockcheck in
      for name in ["no-such-program", "./no-such-program"] {
        let result = try lockcheck.record("--", name)
        #expect(result.status == 127)
        #expect(result.errors.contains(name))
      }
    }
  }

  @Test func `is not executable: 126`() throws {
    try withCommand { lockcheck in
      let file = try lockcheck.write("text", to: "text")
      #expect(try lockcheck.record("--", file).status == 126)
      #expect(try lockcheck.record("--", lockcheck.folder.path).status == 126)
    }
  }

  @Test func `is statically linked, or run by what is`() throws {
    try withCommand { lockcheck in
      let source = "int main(void) { return 0; }"
      guard let program = try CProgram.make(source, lockcheck, options: ["-static"]) else { return }
      let script = try lockcheck.write("#!\(program)\n", to: "script")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      for file in [program, script] {
        let result = try lockcheck.record("--", file)
        #expect(result.status == 69)
        #expect(result.errors.contains("statically linked"))
      }
    }
  }

  @Test func `has another tool's library in it, which does not go together with ours`() throws {
    try withCommand { lockcheck in
      let library = try CProgram.make(
        "int one = 1;", lockcheck, options: ["-shared", "-fPIC", "-Wl,-soname,libtsan.so.2"],
        name: "library")
      guard let library,
        let program = try CProgram.make(
          "int main(void) { return 0; }", lockcheck, options: ["-Wl,--no-as-needed", library])
      else { return }
      let result = try lockcheck.record("--", program)
      #expect(result.status == 69)
      #expect(result.errors.contains("has gcc's ThreadSanitizer in it"))
    }
  }

  @Test func `has no library: it is said how to build it`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.record(
        "--", "true", environment: ["LOCKCHECK_LIBRARY": "/nowhere/lib.so"])
      #expect(result.status == 69)
      #expect(result.errors.contains("/nowhere/lib.so"))
      let copy = lockcheck.path("lockcheck")
      try FileManager.default.copyItem(atPath: try Command.executable.path, toPath: copy)
      let process = Process()
      process.executableURL = URL(filePath: copy)
      process.arguments = ["run", "--", "true"]
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let said = String(
        decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 69)
      #expect(said.contains("swift build --product LockcheckRuntime"))
    }
  }

  @Test func `is a script that does not say by whom: a shell runs it`() throws {
    try withCommand { lockcheck in
      let script = try lockcheck.write("echo $1\n", to: "script")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      let result = try lockcheck.record("--", script, "word")
      #expect(result.output == "word\n")
      #expect(result.status == 0)
    }
  }
}
