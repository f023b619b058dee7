import Synchronization

/// What the watch remembers from one look to the next.
struct Looks {
  private struct Subject {
    /// Kept, so that no other run gets its identity.
    let run: WatchedRun
    var progress: TraceProgress
    var pulse: Pulse
    /// As `pulse`, but time passes slowly while the cooperative pool does not answer: the run may wait
    /// for nothing but a thread to go on with, which others block.
    var patientPulse: Pulse
    /// What the recording shows, since the run has been still for a while.
    var check: HangCheck?
  }

  private var subjects: [ObjectIdentifier: Subject] = [:]
  private var last = SuspendingClock.now
  private let pool = PoolProbe()
  /// How long until the next look, in seconds; nil where there is nothing to look at.
  private(set) var pause: Double?

  /// How often a run may be still for its limit while the pool does not answer.
  private static let patience = 10

  /// Looks at `runs`, and says which of them hang, with what there is to say of each.
  mutating func hung(of runs: [WatchedRun]) -> [(run: WatchedRun, text: String)] {
    let now = SuspendingClock.now
    let elapsed = now - last
    last = now
    let most = Duration.seconds(2 * (pause ?? 0)) + .milliseconds(1)
    let patient = pool.answers() ? elapsed : elapsed / Self.patience
    var kept: [ObjectIdentifier: Subject] = [:]
    pause = runs.map { min(0.1, max(0.001, $0.watch.limit / .seconds(10))) }.min()
    for run in runs {
      guard var subject = subjects[ObjectIdentifier(run)] else {
        kept[ObjectIdentifier(run)] = Self.firstLook(at: run)
        continue
      }
      if let progress = try? subject.progress.value() {
        subject.pulse.look(at: progress, after: elapsed, counting: most)
        subject.patientPulse.look(at: progress, after: patient, counting: most)
      }
      if run.isInOthersHands {
        subject.pulse.restart()
        subject.patientPulse.restart()
      }
      kept[ObjectIdentifier(run)] = subject
    }
    subjects = kept
    return runs.compactMap { run in hang(of: run).map { (run, $0) } }
  }

  /// What there is to say of `run`, if it hangs. Its recording is looked at from half the limit on, by
  /// another thread, so the answer may take longer than the limit.
  private mutating func hang(of run: WatchedRun) -> String? {
    let key = ObjectIdentifier(run)
    let limit = run.watch.limit
    guard let subject = subjects[key] else { return nil }
    guard subject.pulse.isStill(for: limit / 2) else {
      subjects[key]?.check = nil
      return nil
    }
    guard let check = subject.check else {
      subjects[key]?.check = HangCheck(of: run)
      return nil
    }
    guard subject.pulse.isStill(for: limit), let answer = check.answer else { return nil }
    let isOver = run.watch.endsStill && subject.patientPulse.isStill(for: limit)
    return answer.isDeadlock || isOver ? answer.text : nil
  }

  /// Nil where its file cannot be read.
  private static func firstLook(at run: WatchedRun) -> Subject? {
    guard var progress = try? TraceProgress(file: run.file), let value = try? progress.value()
    else { return nil }
    return Subject(
      run: run, progress: progress, pulse: Pulse(value), patientPulse: Pulse(value))
  }
}

/// Whether the cooperative pool has a thread to run something with.
private final class PoolProbe: Sendable {
  private let hasAnswered = Atomic<Bool>(true)

  /// Whether it has run what it was asked to at the last look; asks again if so.
  func answers() -> Bool {
    guard hasAnswered.load(ordering: .relaxed) else { return false }
    hasAnswered.store(false, ordering: .relaxed)
    Task.detached { [self] in hasAnswered.store(true, ordering: .relaxed) }
    return true
  }
}
