import Foundation
import Testing

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `The trace of lockcheck run that keeps the newest events` {
  /// Two threads that end up waiting for each other, `BEFORE` or `AFTER` 400,000 events.
  private static let program = """
    static pthread_mutex_t often = PTHREAD_MUTEX_INITIALIZER;
    static void work(void) {
      for (int i = 0; i < 200000; i++) { pthread_mutex_lock(&often); pthread_mutex_unlock(&often); }
    }
    static void *left(void *x) {
      BEFORE;
      pthread_mutex_lock(&a); say(first); hear(second); pthread_mutex_lock(&b); return x;
    }
    static void *right(void *x) {
      pthread_mutex_lock(&b); say(second); hear(first); pthread_mutex_lock(&a); return x;
    }
    int main(void) {
      pthread_t one, other;
      if (pipe(first) || pipe(second)) abort();
      pthread_create(&one, 0, left, 0);
      pthread_create(&other, 0, right, 0);
      AFTER;
      pthread_join(one, 0);
      return 0;
    }
    """

  @Test(arguments: [true, false])
  func `shows a deadlock after many events, or long before its end`(isLate: Bool) throws {
    let work = isLate ? ("work()", "") : ("", "work()")
    let source = Self.program.replacing("BEFORE", with: work.0).replacing("AFTER", with: work.1)
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record(
        "--limit", "1M", "--keep", "newest", "--hang", "0.3", "--trace", "run.lctrace", "--",
        program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(result.errors.contains("LC101"), "\(result.errors)")
      let size = try Data(contentsOf: lockcheck.folder.appending(path: "run.lctrace")).count
      #expect(size <= 1 << 20)
      let report = try lockcheck("analyze", "run.lctrace")
      #expect(report.status == 1)
      #expect(report.output.contains("HAPPENED  Threads wait for each other"))
      #expect(report.output.contains("events were dropped"))
      #expect(try lockcheck("info", "run.lctrace").output.contains("dropped before"))
    }
  }

  @Test func `says in every form that its beginning was dropped`() throws {
    let source = Self.program.replacing("BEFORE", with: "work()").replacing("AFTER", with: "")
    try withProgram(source) { lockcheck, program in
      _ = try lockcheck.record(
        "--limit", "64k", "--keep", "newest", "--hang", "0.3", "--trace", "run.lctrace", "--",
        program)
      for name in ["copy.json", "copy.ndjson", "copy.lctrace"] {
        #expect(try lockcheck("convert", "run.lctrace", "-o", name).status == 0)
        let report = try lockcheck("analyze", name).output
        #expect(report.contains("HAPPENED  Threads wait for each other"), "\(name)")
        #expect(report.contains("events were dropped"), "\(name)")
      }
      #expect(try lockcheck("convert", "run.lctrace", "-o", "copy.std").status == 65)
    }
  }

  @Test(arguments: [["--keep", "newest"], ["--limit", "1M", "--keep", "all"]])
  func `is refused without a limit, or another word`(options: [String]) throws {
    try withCommand { lockcheck in
      let result = try lockcheck.run(["run"] + options + ["--", "true"])
      #expect(result.status == 64)
      #expect(result.errors.contains("--keep"))
    }
  }
}
