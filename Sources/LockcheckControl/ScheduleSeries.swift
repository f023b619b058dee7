internal import CLockcheckShims

/// Schedules of one exploration that follow each other as long as all goes well.
///
/// The thread that ends a schedule begins the next one itself, as its thread 0: the explorer sleeps, and is
/// woken when a schedule fails, leaves a thread behind, or was the last.
///
/// Touched by whoever has the baton, and by the explorer while none has. What is over is so for good.
final class ScheduleSeries: @unchecked Sendable {
  let turns = Turns()
  private let crew: Crew
  private let limits: ScheduleLimits
  private let memory: ExplorationMemory
  private let body: @Sendable () throws -> Void
  private let begin: () -> Bool
  private let explorerNumber = lc_thread_number()
  /// The schedule that runs, or was the last to; nil before the first, and once its outcome is known.
  private var current: Scheduler?

  /// Describes a series.
  ///
  /// - Parameter begin: Has the strategy begin the next schedule; false where there is none. It is asked by
  ///   whoever has the baton.
  init(
    crew: Crew, limits: ScheduleLimits, memory: ExplorationMemory,
    _ body: @escaping @Sendable () throws -> Void, begin: @escaping () -> Bool
  ) {
    self.crew = crew
    self.limits = limits
    self.memory = memory
    self.body = body
    self.begin = begin
  }

  /// Runs them, and waits for the end. For the explorer; `begin` has one at least.
  ///
  /// - Returns: What came of the last one.
  func run() -> ScheduleRun {
    lc_control_begin()
    let first = crew.recruit()
    precondition(prepareNext(on: first), "a series without a schedule")
    first.give()
    let isOver = turns.awaitEnd(patience: limits.silence)
    guard let last = current else { return passed }
    current = nil
    if !isOver { last.noteSilence() }
    // A thread that was given up may come to a scheduling point yet, and is to stay there.
    if isOver { lc_control_end() }
    let run = last.outcome()
    last.release()
    return run
  }

  /// What came of the last one, where that passed and its threads have been given back.
  private var passed = ScheduleRun()

  /// The schedule is over; `worker`, whose thread ended it, begins the next where that is how it goes on.
  ///
  /// - Returns: Whether it does.
  func goOn(after scheduler: Scheduler, on worker: Worker) -> Bool {
    guard scheduler.hasPassed else { return false }
    current = nil
    passed = scheduler.outcome()
    scheduler.release(but: worker)
    if prepareNext(on: worker) { return true }
    lc_control_end()
    crew.dismiss(worker)
    return false
  }

  private func prepareNext(on worker: Worker) -> Bool {
    guard begin() else { return false }
    let next = Scheduler(crew: crew, limits: limits, memory: memory, series: self)
    next.outside.explorerNumber = explorerNumber
    next.prepare(on: worker, body)
    current = next
    return true
  }
}
