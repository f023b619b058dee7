#if !PlainPrimitives

  internal import CLockcheckShims
  internal import Glibc
  internal import LockcheckControl
  internal import LockcheckRecorder
  internal import LockcheckTrace
  internal import Synchronization

  /// A whole program under a scheduler, since its environment asks for it.
  ///
  /// `LOCKCHECK_SCHEDULE` has a token (`lc1:…`), or `steer:N:FILE`: try number N along the script in FILE.
  /// `LOCKCHECK_SCHEDULE_RESULT` names the file that gets what came of it; without it, standard error does.
  enum ControlledProgram {
    /// How the process ends whose threads cannot go on.
    private static let statusOfFailure: CInt = 3
    private static let isRead = Atomic<Bool>(false)
    private static let run = Mutex<ProgramRun?>(nil)

    /// Begins, at the first call in the process, if the environment says so.
    @inline(__always)
    static func readEnvironment() {
      if !isRead.load(ordering: .relaxed) { begin() }
    }

    @inline(never)
    private static func begin() {
      guard !isRead.exchange(true, ordering: .relaxed),
        let value = environment("LOCKCHECK_SCHEDULE"), !value.isEmpty
      else { return }
      guard lc_thread_number() == UInt32(getpid()) else {
        return refuse("the first primitive is not made by the main thread")
      }
      do {
        start(try ProgramSchedule(value))
      } catch {
        refuse("\(error)")
      }
    }

    private static func refuse(_ reason: String) {
      writeToStandardError("lockcheck: LOCKCHECK_SCHEDULE: \(reason)")
      _exit(64)
    }

    private static func start(_ schedule: ProgramSchedule) {
      let program = schedule.start()
      run.withLock { $0 = program }
      atexit { ControlledProgram.end() }
      let refusal = PlatformThread.spawn {
        program.awaitEnd()
        guard run.withLock({ $0.take() }) != nil else { return }
        tell(program.outcome())
        Recording.closeAll()
        _exit(statusOfFailure)
      }
      if refusal != 0 { refuse("no thread can be had: \(describe(errno: refusal))") }
    }

    /// The process ends by itself.
    private static func end() {
      guard let program = run.withLock({ $0.take() }) else {
        // The other thread is about to end the process.
        while true { pause() }
      }
      if program.endProgram() { tell(program.outcome()) }
    }

    private static func tell(_ outcome: ProgramOutcome) {
      guard let path = environment("LOCKCHECK_SCHEDULE_RESULT") else {
        if let divergence = outcome.divergence {
          writeToStandardError("lockcheck: the replay went another way: \(divergence)")
        }
        if let failure = outcome.failure {
          writeToStandardError("lockcheck: \(failure)\n\n\(outcome.table)")
        }
        return
      }
      if !write(outcome.text, to: path) {
        writeToStandardError("lockcheck: \(path): \(describe(errno: errno))")
      }
    }

    private static func write(_ text: String, to path: String) -> Bool {
      let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard file >= 0 else { return false }
      defer { close(file) }
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        let count = unsafe bytes.withUnsafeBytes {
          unsafe Glibc.write(file, $0.baseAddress, $0.count)
        }
        if count < 0, errno != EINTR { return false }
        bytes = bytes.dropFirst(max(0, count))
      }
      return true
    }
  }

  /// What the environment asks for.
  private struct ProgramSchedule {
    private enum Form {
      case exact(ExactSchedule)
      case seeded(any Strategy, seed: UInt64, iteration: Int)
      case script(Script, iteration: Int)
    }

    private let form: Form

    init(_ value: String) throws {
      let fields = value.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      if fields.count == 3, fields[0] == "steer", let iteration = Int(fields[1]) {
        form = .script(try Script(parsing: readFile("\(fields[2])")), iteration: iteration)
        return
      }
      switch try ScheduleToken(parsing: value) {
      case .exact(let schedule): form = .exact(schedule)
      case .seeded(let method, let seed, let iteration):
        let strategy = try ExplorationMethod(parsing: method).strategy()
        guard strategy.memory == .nothing || iteration == 0 else {
          throw ScheduleProblem("\(method) learns from earlier schedules, and a process has one")
        }
        form = .seeded(strategy, seed: seed, iteration: iteration)
      }
    }

    func start() -> ProgramRun {
      var limits = ScheduleLimits()
      // A program waits for its input, and computes.
      limits.silence = .seconds(30)
      limits.steps = .max
      limits.stepsUntilFair = 1_000_000
      switch form {
      case .exact(let schedule):
        return ProgramRun(ReplayStrategy(schedule), limits: limits)
      case .seeded(let strategy, let seed, let iteration):
        return ProgramRun(strategy, seed: seed, iteration: iteration, limits: limits)
      case .script(let script, let iteration):
        return ProgramRun(Steering(script), seed: 1, iteration: iteration, limits: limits)
      }
    }
  }

  private struct ScheduleProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private func readFile(_ path: String) throws -> String {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw ScheduleProblem("\(path): \(describe(errno: errno))") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe read(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno != EINTR { throw ScheduleProblem("\(path): \(describe(errno: errno))") }
      if count == 0 { break }
      bytes += piece.prefix(max(0, count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

#endif
