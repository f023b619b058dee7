import LockcheckControl
public import LockcheckFindings
public import LockcheckTrace

/// What came of an attempt to make a prediction come true.
public struct Confirmation: Sendable {
  /// Whether it came true.
  public enum Answer: Sendable, Hashable {
    /// It did: see ``Confirmation/schedule``.
    case confirmed
    /// It did not, in so many tries. That proves nothing: the program may have other ways into that state.
    case notConfirmed(tries: Int)
    /// There was no way to try, for this reason.
    case notTried(String)
  }

  /// Whether it came true.
  public let answer: Answer
  /// The schedule in which it did: with a token, and as a table.
  public let schedule: FailingSchedule?

  /// Whether it came true.
  public var isConfirmed: Bool { answer == .confirmed }
}

extension Confirmation: CustomStringConvertible {
  /// The answer in words.
  public var description: String {
    switch answer {
    case .confirmed: "Confirmed. " + (schedule.map { "\($0)" } ?? "")
    case .notConfirmed(let tries):
      "Not confirmed in \(tries) tries. That proves nothing: there may be other ways into that state."
    case .notTried(let reason): "Not tried: \(reason)."
    }
  }
}

/// Steers `body` into the state that a prediction speaks of, and looks whether it is what was said.
///
/// ```swift
/// let run = recording { transfers() }
/// let finding = try run.report.get().findings[0].finding
/// #expect(confirm(finding) { transfers() }.isConfirmed)
/// ```
///
/// The prediction's witness is followed step by step, and each thread kept before its last step until all have
/// come. A deadlock is confirmed when nobody can go on and the threads of the finding are stuck where it
/// says; a race when both threads stand before their accesses at the same time; another finding when its
/// witness could be followed to the end.
///
/// - Parameters:
///   - finding: As the analysis of a recording of `body` has it. It needs a witness, as `predicted` findings
///     have it.
///   - events: The events of that recording; only needed for one of more than some ten thousand.
///   - tries: How often it is tried, the second time and later with some chance where the witness leaves
///     open who goes on.
public func confirm(
  _ finding: Finding, in events: [LockcheckTrace.Event]? = nil, tries: Int = 100,
  options: ExplorationOptions = ExplorationOptions(),
  _ body: @escaping @Sendable () throws -> Void
) -> Confirmation {
  if let problem = Exploration.plainPrimitives?.divergence {
    return Confirmation(answer: .notTried(problem), schedule: nil)
  }
  guard let script = finding.script(in: events) else {
    let reason =
      finding.witness.isEmpty
      ? "the finding has no witness" : "the witness refers to a trace that is not here"
    return Confirmation(answer: .notTried(reason), schedule: nil)
  }
  return PredictionTrial(script, options, body).confirm(tries: tries)
}

/// Tries to make one prediction come true.
private struct PredictionTrial {
  private let script: Script
  private let options: ExplorationOptions
  private let body: @Sendable () throws -> Void
  private let explorer: Explorer

  init(
    _ script: Script, _ options: ExplorationOptions,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.script = script
    self.options = options
    self.body = body
    explorer = Explorer(Steering(script), seed: options.seed, limits: options.limits)
  }

  func confirm(tries: Int) -> Confirmation {
    if tries > 0 { _ = explorer.warmUp(body) }
    for iteration in 0..<max(0, tries)
    where explorer.abandonedThreadCount < options.stuckThreadLimit {
      let run = explorer.run(iteration: iteration, body)
      guard let steering = explorer.strategy as? Steering,
        script.isReached(by: run, steering)
      else { continue }
      return Confirmation(answer: .confirmed, schedule: present(run, steering, iteration + 1))
    }
    return Confirmation(answer: .notConfirmed(tries: tries), schedule: nil)
  }

  private func present(_ run: ScheduleRun, _ steering: Steering, _ number: Int) -> FailingSchedule {
    let presenter = FailurePresenter(explorer: explorer, options: options, body: body)
    guard script.goal == .stuck, let failure = run.failure else {
      return presenter.write(run, script.success, number: number, foundBy: steering.name)
    }
    let wanted = Set(script.last.compactMap { steering.thread(of: $0.thread) })
    let marks = Set(run.stuck.filter { wanted.contains($0.thread) }.map(\.step.object))
    return presenter.present(run, failure, number: number, foundBy: steering.name) { other in
      other.failure?.kind == .deadlock && marks.isSubset(of: other.stuck.map(\.step.object))
    }
  }
}
