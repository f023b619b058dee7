import Foundation
import Testing

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `The trace of lockcheck run` {
  @Test(arguments: ["run.lctrace", "run.lctrace.zst", "run.lctrace.gz", "run.ndjson"])
  func `is kept where it is asked for`(name: String) throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let result = try lockcheck.record("--trace", name, "--no-analyze", "--", program)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.isEmpty)
      #expect(lockcheck.isTidy)
      let report = try lockcheck("analyze", name)
      #expect(report.status == 1)
      #expect(report.output.contains("LC102"))
      let files = try FileManager.default.contentsOfDirectory(atPath: lockcheck.folder.path)
      #expect(files.filter { $0.hasPrefix("run.") } == [name])
    }
  }

  @Test func `has the number of the process where %p stands`() throws {
    try withProgram("int main(void) { printf(\"%d\", getpid()); return 0; }") {
      lockcheck, program in
      let result = try lockcheck.record("--trace", "run-%p.lctrace", "--", program)
      #expect(result.status == 0)
      #expect(try lockcheck("info", "run-\(result.output).lctrace").status == 0)
    }
  }

  @Test func `is refused where it cannot be written, before anything runs`() throws {
    try withCommand { lockcheck in
      let result = try lockcheck.record("--trace", "nowhere/run.lctrace", "--", "echo", "ran")
      #expect(result.status == 74)
      #expect(result.output.isEmpty)
    }
  }

  @Test func `follows a wrapper that goes on as the program`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      for script in ["exec env A=1 \(program)", "exec env -i \(program)"] {
        let wrapper = try lockcheck.write("#!/bin/sh\n\(script)\n", to: "wrapper")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
        let result = try lockcheck.record("--trace", "run.lctrace", "--", wrapper)
        #expect(result.status == 1, "\(script): \(result.errors)")
        #expect(result.output == "done\n")
        // One program used locks: its trace has the name that was asked for.
        let files = try FileManager.default.contentsOfDirectory(atPath: lockcheck.folder.path)
        #expect(files.filter { $0.hasPrefix("run.") } == ["run.lctrace"])
        #expect(try lockcheck("analyze", "run.lctrace").status == 1)
      }
    }
  }

  @Test func `leaves out what the program starts, unless asked to follow`() throws {
    try withProgram(CProgram.inverted) { lockcheck, program in
      let script = try lockcheck.write("\(program)\n\(program)\nexit 0\n", to: "script.sh")
      let alone = try lockcheck.record("--trace", "alone.lctrace", "--", "sh", script)
      #expect(alone.status == 0)
      #expect(alone.output == "done\ndone\n")
      let all = try lockcheck.record(
        "--follow-forks", "--trace", "all.lctrace", "-o", "report.txt", "--", "sh", script)
      #expect(all.status == 1)
      #expect(all.output == "done\ndone\n")
      let report = try lockcheck.read("report.txt")
      #expect(report.split(separator: "LC102 lock-order-cycle").count == 3)
      let files = try FileManager.default.contentsOfDirectory(atPath: lockcheck.folder.path)
        .filter { $0.hasPrefix("all.") }
      #expect(files.count == 2)
      for file in files { #expect(try lockcheck("analyze", file).status == 1) }
    }
  }

  /// Each way to start a program.
  private static let starters = [
    #"system(program);"#,
    #"pclose(popen(program, "r"));"#,
    #"pid_t child; posix_spawn(&child, program, 0, 0, words, environ); waitpid(child, 0, 0);"#,
    #"pid_t child; posix_spawnp(&child, program, 0, 0, words, nothing); waitpid(child, 0, 0);"#,
    #"if (fork() == 0) { execl(program, program, (char *)0); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { execlp(program, program, (char *)0); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { execle(program, program, (char *)0, nothing); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { execv(program, words); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { execvp(program, words); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { execvpe(program, words, nothing); _exit(9); } wait(0);"#,
    #"if (fork() == 0) { fexecve(open(program, O_RDONLY), words, nothing); _exit(9); } wait(0);"#,
    #"if (vfork() == 0) { execve(program, words, nothing); _exit(9); } wait(0);"#,
  ]

  @Test(arguments: starters) func `follows every way to start a program`(starter: String) throws {
    let source = """
      #include <spawn.h>
      int main(int count, char **arguments) {
        char *program = arguments[1];
        char *words[] = {program, 0}, *nothing[] = {0};
        (void)words; (void)nothing;
        \(starter)
        return 0;
      }
      """
    try withProgram(CProgram.inverted) { lockcheck, program in
      let maker = try #require(try CProgram.make(source, lockcheck, name: "maker"))
      let without = try lockcheck.record("--", maker, program)
      #expect(without.status == 0, "\(without.errors)")
      let result = try lockcheck.record("--follow-forks", "--", maker, program)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.errors.contains("LC102"))
    }
  }

  @Test func `of the child of a fork is its own`() throws {
    let source = """
      static void *left(void *x) { both(&a, &b); say(first); return x; }
      static void *right(void *x) { hear(first); both(&b, &a); return x; }
      int main(void) {
        both(&a, &b);
        if (fork() == 0) { run(left, right); exit(0); }
        wait(0);
        return 0;
      }
      """
    try withProgram(source) { lockcheck, program in
      #expect(try lockcheck.record("--", program).status == 0)
      let result = try lockcheck.record("--follow-forks", "--", program)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.errors.split(separator: "LC102 lock-order-cycle").count == 2)
    }
  }
}
