/// The same pairs on `pthread_mutex`, under the tools that others use.
struct OtherTools {
  /// One way to run the program.
  struct Tool {
    let name: String
    let program: String
    let arguments: [String]
  }

  /// Those that are there.
  private(set) var tools: [Tool] = []
  /// Why others are not, a line each.
  private(set) var skipped: [String] = []

  /// Compiles the program in `folder`, plain and for ThreadSanitizer.
  init(in folder: TemporaryFolder) throws(BenchmarkFailure) {
    try folder.write(Self.source, to: "pairs.swift")
    let plain = Self.compile(folder.file("pairs.swift"), to: folder.file("plain"), [])
    let sanitized = Self.compile(
      folder.file("pairs.swift"), to: folder.file("sanitized"), ["-sanitize=thread"])
    if sanitized {
      tools.append(
        Tool(name: "under ThreadSanitizer", program: folder.file("sanitized"), arguments: []))
    } else {
      skipped.append("ThreadSanitizer: skipped, since swiftc -sanitize=thread does not work here")
    }
    let hasValgrind = Self.succeeds("valgrind", ["--tool=helgrind", "--version"])
    if plain, hasValgrind {
      tools.append(
        Tool(
          name: "under Helgrind", program: "valgrind",
          arguments: ["--tool=helgrind", "-q", folder.file("plain")]))
    } else {
      skipped.append(
        "Helgrind: skipped, since \(plain ? "valgrind" : "swiftc") does not work here")
    }
  }

  private static func compile(_ source: String, to program: String, _ options: [String]) -> Bool {
    succeeds("swiftc", ["-O", source, "-o", program] + options)
  }

  private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    (try? Child(program, arguments, isQuiet: true).end().isSuccess) ?? false
  }

  /// As `PairMeasurement`, in one file and without lockcheck. Its only argument is how many
  /// milliseconds to measure.
  private static let source = #"""
    import Glibc

    final class PlatformMutex: @unchecked Sendable {
      let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
      init() { pthread_mutex_init(mutex, nil) }
      func take() { pthread_mutex_lock(mutex) }
      func giveBack() { pthread_mutex_unlock(mutex) }
    }

    func now(_ clock: clockid_t) -> UInt64 {
      var time = timespec()
      clock_gettime(clock, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @inline(never) func takeInTurns(_ subject: PlatformMutex, _ count: Int) {
      for _ in 0..<count {
        subject.take()
        subject.giveBack()
      }
    }

    @inline(never) func nest(_ outer: PlatformMutex, _ inner: PlatformMutex, _ count: Int) {
      for _ in 0..<count {
        outer.take()
        inner.take()
        inner.giveBack()
        outer.giveBack()
      }
    }

    final class Job {
      let subject: PlatformMutex
      let count: Int
      init(_ subject: PlatformMutex, _ count: Int) { (self.subject, self.count) = (subject, count) }
    }

    func time(_ scenario: String, _ count: Int) -> UInt64 {
      let (first, second) = (PlatformMutex(), PlatformMutex())
      if scenario == "contended" {
        var threads: [pthread_t] = []
        let start = now(CLOCK_MONOTONIC)
        for _ in 0..<2 {
          var thread = pthread_t()
          let job = Unmanaged.passRetained(Job(first, count / 2))
          pthread_create(&thread, nil, { argument in
            let job = Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue()
            takeInTurns(job.subject, job.count)
            return nil
          }, job.toOpaque())
          threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        return now(CLOCK_MONOTONIC) - start
      }
      let start = now(CLOCK_THREAD_CPUTIME_ID)
      if scenario == "single" { takeInTurns(first, count) } else { nest(first, second, count / 2) }
      return now(CLOCK_THREAD_CPUTIME_ID) - start
    }

    let wanted = UInt64(CommandLine.arguments[1])! * 1_000_000

    func call(depth: Int, frames: inout Int, _ body: () -> Void) {
      if depth > 0 { call(depth: depth - 1, frames: &frames, body) } else { body() }
      frames += 1
    }

    var frames = 0
    call(depth: Int(CommandLine.arguments[2])!, frames: &frames) {
      for scenario in ["single", "nested", "contended"] {
        var count = scenario == "contended" ? 20_000 : 500
        while true {
          let spent = time(scenario, count)
          if spent >= wanted {
            print("pthread_mutex", scenario, Double(spent) / Double(count), separator: "\t")
            break
          }
          let more = Double(wanted) / Double(max(spent, 1)) * Double(count) * 1.2
          count = min(Int(more), count * 10)
        }
      }
    }
    """#
}
