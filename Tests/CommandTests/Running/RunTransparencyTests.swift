import Foundation
import Glibc
import Testing

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `A recorded program` {
  /// What a program prints by itself and under `lockcheck run`.
  private func outputs(
    _ lockcheck: Command, _ words: [String], _ variables: [String: String] = [:],
    options: [String] = []
  ) throws -> (alone: String, recorded: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = lockcheck.folder
    var environment = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "LOCKCHECK", "LOCKCHECK_TRACE"] { environment[name] = nil }
    environment["TMPDIR"] = lockcheck.path("tmp")
    process.environment = environment.merging(variables) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let alone = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let result = try lockcheck.run(
      ["run"] + options + ["--", "/usr/bin/env"] + words,
      environment: ["TMPDIR": lockcheck.path("tmp")].merging(variables) { $1 })
    return (alone, result.output)
  }

  private static func lines(_ text: String) -> [Substring] {
    // A shell counts how deep it is, and says where.
    text.split(separator: "\n").filter { !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") }
      .sorted()
  }

  @Test(
    arguments: [[], ["--follow-forks"]],
    [["env"], ["sh", "-c", "env; exec env"], ["bash", "-c", "env"]])
  func `finds its environment as it was`(options: [String], words: [String]) throws {
    try withCommand { lockcheck in
      try FileManager.default.createDirectory(
        atPath: lockcheck.path("tmp"), withIntermediateDirectories: true)
      let plain = try outputs(lockcheck, words, options: options)
      #expect(plain.recorded.contains("PATH="))
      #expect(Self.lines(plain.recorded) == Self.lines(plain.alone))
      let library = "/lib/x86_64-linux-gnu/libdl.so.2"
      guard FileManager.default.isReadableFile(atPath: library) else { return }
      let preloading = try outputs(lockcheck, words, ["LD_PRELOAD": library], options: options)
      #expect(preloading.recorded.contains("LD_PRELOAD=\(library)\n"))
      #expect(Self.lines(preloading.recorded) == Self.lines(preloading.alone))
    }
  }

  @Test func `gets the descriptors that it would get`() throws {
    let source = """
      int main(void) {
        both(&a, &b);
        for (int i = 0; i < 512; i++) {
          char name[64], file[4096] = "";
          snprintf(name, sizeof name, "/proc/self/fd/%d", i);
          if (readlink(name, file, sizeof file - 1) > 0 && strstr(file, "lctrace")) return 2;
        }
        return 0;
      }
      """
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--", "sh", "-c", "ulimit -n 1024; exec \(program)")
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test func `may close all descriptors and use their numbers`() throws {
    // Whatever number the trace had, `mine` has it afterwards. What is recorded then is more than what
    // was set aside in the file before.
    let source = """
      static void *work(void *x) { for (int i = 0; i < 30000; i++) both(&a, &b); return x; }
      int main(void) {
        for (int i = 0; i < 1024; i++) if (i != 1) close(i);
        int mine = open("mine", O_RDWR | O_CREAT | O_TRUNC, 0644);
        if (write(mine, "precious", 8) != 8) return 2;
        for (int i = 3; i < 1024; i++) if (i != mine) dup2(mine, i);
        struct stat status;
        pthread_t one, other;
        pthread_create(&one, 0, work, 0);
        pthread_create(&other, 0, work, 0);
        pthread_join(one, 0);
        pthread_join(other, 0);
        if (fstat(mine, &status) || status.st_size != 8) return 3;
        int child = fork();
        if (child == 0) _exit(fstat(900, &status) == 0 && fstat(512, &status) == 0 ? 0 : 4);
        int end;
        waitpid(child, &end, 0);
        return WEXITSTATUS(end);
      }
      """
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--trace", "run.lctrace", "--no-analyze", "--", program)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try lockcheck.read("mine") == "precious")
      let info = try lockcheck("info", "run.lctrace")
      #expect(!info.output.contains("lost"))
      let counts = info.output.split(separator: "\n").map { $0.split(separator: " ") }
      let acquires = counts.first { $0.first == "acquire" }?.last.map {
        $0.replacing(",", with: "")
      }
      // Two locks, two threads; with those that had to wait there may be more.
      #expect(acquires.flatMap { Int($0) } ?? 0 >= 120_000)
    }
  }

  @Test func `that ends by abort is reported on`() throws {
    let source = CProgram.inverted.replacing("return 0;", with: "abort();")
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--", program)
      #expect(result.status == 134)
      #expect(result.errors.contains("LC102"))
    }
  }

  @Test func `that is killed is reported on`() throws {
    let source = CProgram.inverted.replacing("return 0;", with: "raise(SIGKILL);")
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--", program)
      #expect(result.status == 137)
      #expect(result.errors.contains("LC102"))
    }
  }

  @Test(arguments: [["--limit", "256k"], []])
  func `goes on where there is no room for the trace`(options: [String]) throws {
    let source = """
      int main(void) { for (int i = 0; i < 100000; i++) both(&a, &b); puts("done"); return 0; }
      """
    try withProgram(source) { lockcheck, program in
      // Without the option the limit is the system's, of 512 bytes each, which a signal enforces.
      let script = options.isEmpty ? "ulimit -f 512; exec \(program)" : "exec \(program)"
      let result = try lockcheck.run(
        ["run"] + options + ["--", "sh", "-c", script],
        environment: ["TMPDIR": lockcheck.path("tmp")])
      #expect(result.status == 0)
      #expect(result.output == "done\n")
      #expect(result.errors.contains("lost events"), "\(result.errors)")
    }
  }
}
