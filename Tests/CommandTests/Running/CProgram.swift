import Foundation
import Testing

/// Small programs in C, as they might have been written without lockcheck, compiled as a test needs them.
enum CProgram {
  /// A compiler: the toolchain's, or the system's.
  static let compiler: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in ["clang", "cc"] {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
      {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }()

  /// What all of them begin with: threads speak by pipes, which nobody records.
  private static let opening = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <pthread.h>
    #include <semaphore.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
    static int first[2], second[2];
    // Whoever runs the tests may hold signals back.
    __attribute__((constructor)) static void usual(void) {
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, 0);
      signal(SIGINT, SIG_DFL);
    }
    static void say(int *way) { if (write(way[1], "x", 1) != 1) abort(); }
    static void hear(int *way) { char byte; if (read(way[0], &byte, 1) != 1) abort(); }
    static void both(pthread_mutex_t *one, pthread_mutex_t *other) {
      pthread_mutex_lock(one);
      pthread_mutex_lock(other);
      pthread_mutex_unlock(other);
      pthread_mutex_unlock(one);
    }
    static void run(void *(*left)(void *), void *(*right)(void *)) {
      pthread_t one, other;
      if (pipe(first) || pipe(second)) abort();
      pthread_create(&one, 0, left, 0);
      pthread_create(&other, 0, right, 0);
      pthread_join(one, 0);
      pthread_join(other, 0);
    }

    """

  /// One thread takes `a` and `b`, then another `b` and `a`: all went well, and need not have.
  static let inverted = """
    static void *left(void *x) { both(&a, &b); say(first); return x; }
    static void *right(void *x) { hear(first); both(&b, &a); return x; }
    int main(void) { run(left, right); puts("done"); return 0; }
    """

  /// Both threads have one lock when they ask for the other.
  static let deadlocked = """
    static void *left(void *x) {
      pthread_mutex_lock(&a); say(first); hear(second); pthread_mutex_lock(&b); return x;
    }
    static void *right(void *x) {
      pthread_mutex_lock(&b); say(second); hear(first); pthread_mutex_lock(&a); return x;
    }
    int main(void) { puts("begun"); fflush(stdout); run(left, right); return 0; }
    """

  /// Compiles a program into the command's folder.
  ///
  /// - Returns: Its path; nil where the compiler has not got what the options ask for.
  static func make(
    _ source: String, _ command: Command, options: [String] = [], name: String = "program"
  ) throws -> String? {
    let file = try command.write(opening + source, to: "\(name).c")
    let path = command.path(name)
    let process = Process()
    process.executableURL = URL(filePath: try #require(compiler))
    process.arguments = ["-g", "-pthread", "-Wl,--build-id"] + options + [file, "-o", path]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? path : nil
  }
}

/// Compiles a program and has `body` run it, in a folder that is also where temporary files go.
func withProgram(
  _ source: String, _ body: (_ lockcheck: Command, _ program: String) throws -> Void
) throws {
  try withCommand { lockcheck in
    let program = try #require(try CProgram.make(source, lockcheck))
    try FileManager.default.createDirectory(
      atPath: lockcheck.path("tmp"), withIntermediateDirectories: true)
    try body(lockcheck, program)
  }
}

extension Command {
  /// Runs `lockcheck run` with these arguments; what it leaves behind is in ``leftovers``.
  func record(
    _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    try run(
      ["run"] + arguments, input: input,
      environment: ["TMPDIR": path("tmp")].merging(environment) { $1 })
  }

  /// The traces that were kept in the folder for temporary files.
  var leftovers: [String] {
    let files = FileManager.default.enumerator(atPath: path("tmp"))?.compactMap { $0 as? String }
    return (files ?? []).filter { $0.hasSuffix(".lctrace") }.sorted()
  }

  /// Whether nothing at all was left in the folder for temporary files.
  var isTidy: Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path("tmp")))?.isEmpty ?? true
  }
}
