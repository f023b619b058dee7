import LockcheckControl
import LockcheckTrace

/// A model program on its way, by the contract of ``Decision``.
struct ModelRun {
  enum Outcome: Hashable {
    case passed
    /// Nobody can go on; these threads, by place in the program, are not at their end.
    case deadlock([Int])
    /// That thread's expectation was not met.
    case failed(Int)
  }

  private struct Thread {
    var number: Int?
    /// The next action; -1 before its start.
    var next = -1
    var register = 0
  }

  private let program: ModelProgram
  private var threads: [Thread]
  private var owners: [Int: Int] = [:]
  private var variables: [Int: Int] = [:]
  private var started = 1
  private var failure: Outcome?
  private(set) var schedule = Schedule()

  init(_ program: ModelProgram) {
    self.program = program
    threads = program.threads.map { _ in Thread() }
    threads[0].number = 0
  }

  /// Runs a program to its end.
  static func run(
    _ program: ModelProgram, by strategy: inout some Strategy, iteration: Int = 0, seed: UInt64 = 1
  ) -> (outcome: Outcome, run: ModelRun) {
    var run = ModelRun(program)
    strategy.begin(iteration: iteration, random: SeededRandom(seed: seed, iteration: iteration))
    while run.failure == nil {
      let decision = run.decision
      guard !decision.choices.isEmpty else { break }
      run.take(strategy.choose(decision), of: decision)
    }
    strategy.end(run.schedule)
    let stuck = run.live
    return (run.failure ?? (stuck.isEmpty ? .passed : .deadlock(stuck)), run)
  }

  /// What the threads that are stuck stand before, and who holds it.
  var waiting: [(choice: Choice, holder: Int?)] {
    live.map { thread in
      var holder: Int?
      if case .lock(let lock) = action(of: thread) {
        holder = owners[lock].flatMap { threads[$0].number }
      }
      return (choice(of: thread), holder)
    }
  }

  /// The threads that have been made and have not ended, by place in the program.
  private var live: [Int] {
    threads.indices.filter { threads[$0].number != nil && !hasEnded($0) }
  }

  private func hasEnded(_ thread: Int) -> Bool {
    threads[thread].next == program.threads[thread].count
  }

  private var decision: Decision {
    let last = schedule.steps.last?.choice.thread
    // Round and round by number, from the one that ran.
    let order = live.sorted { one, other in
      place(one, after: last) < place(other, after: last)
    }
    let ready = order.filter(canGoOn)
    let eager = ready.filter { !givesWay($0) }
    let timeouts = live.filter { isTimed($0) }
    return Decision(
      index: schedule.steps.count,
      choices: (eager + ready.filter(givesWay)).map { choice(of: $0) }
        + timeouts.map { choice(of: $0, isTimeout: true) },
      lastThread: last)
  }

  private func place(_ thread: Int, after last: Int?) -> Int {
    let number = threads[thread].number ?? 0
    return (number - (last ?? 0) + started) % started
  }

  private func action(of thread: Int) -> ModelProgram.Action? {
    let next = threads[thread].next
    return program.threads[thread].indices.contains(next) ? program.threads[thread][next] : nil
  }

  private func choice(of thread: Int, isTimeout: Bool = false) -> Choice {
    let mark = ModelProgram.threadMark(thread)
    return Choice(
      thread: threads[thread].number ?? 0, mark: mark,
      step: action(of: thread).map(ModelProgram.step) ?? Step(.start, mark), isTimeout: isTimeout)
  }

  private func givesWay(_ thread: Int) -> Bool { action(of: thread) == .yield }

  private func isTimed(_ thread: Int) -> Bool {
    if case .timedLock(let lock) = action(of: thread) { owners[lock] != nil } else { false }
  }

  private func canGoOn(_ thread: Int) -> Bool {
    switch action(of: thread) {
    case .lock(let lock), .timedLock(let lock): owners[lock] == nil
    case .await(let variable): variables[variable, default: 0] != 0
    case .join(let other): hasEnded(other)
    default: true
    }
  }

  private mutating func take(_ index: Int, of decision: Decision) {
    let choice = decision.choices[index]
    schedule.steps.append(
      Schedule.Taken(
        choice: choice, usual: decision.choices[0], isPreemption: decision.isPreemption(index)))
    let thread = threads.firstIndex { $0.number == choice.thread }!
    let action = action(of: thread)
    threads[thread].next += 1
    if let action, !choice.isTimeout { act(action, thread) }
  }

  private mutating func act(_ action: ModelProgram.Action, _ thread: Int) {
    switch action {
    case .lock(let lock), .timedLock(let lock): owners[lock] = thread
    case .unlock(let lock): if owners[lock] == thread { owners[lock] = nil }
    case .read(let variable): threads[thread].register = variables[variable, default: 0]
    case .write(let variable): variables[variable] = threads[thread].register + 1
    case .expect(let variable, let value):
      if variables[variable, default: 0] != value { failure = .failed(thread) }
    case .start(let other):
      threads[other].number = started
      started += 1
    case .yield, .join, .await: break
    }
  }
}
