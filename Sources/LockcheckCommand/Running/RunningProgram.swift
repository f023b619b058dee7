import Foundation
import Glibc
import LockcheckFindings
import LockcheckPipeline

/// A program while it runs: what is passed on to it, what is looked at meanwhile, and how it ends.
struct RunningProgram {
  let program: ProgramProcess
  let traces: RunTraces
  let signals: RunSignals
  let reports: RunReports
  /// Whether those that it starts are waited for as well.
  let followsChildren: Bool
  /// The signal that asks for a look at how things are.
  let snapshotSignal: CInt?

  private let start = ContinuousClock.now
  /// How long a program that hangs may take to end when it is told to.
  private static let grace = Duration.seconds(5)

  init(
    _ program: ProgramProcess, _ traces: RunTraces, _ signals: RunSignals, _ reports: RunReports,
    followsChildren: Bool, snapshotSignal: CInt?
  ) {
    self.program = program
    self.traces = traces
    self.signals = signals
    self.reports = reports
    self.followsChildren = followsChildren
    self.snapshotSignal = snapshotSignal
  }

  /// How a run ended.
  enum Ending {
    case ended(ProgramProcess.Change)
    /// It hung, and was reported on and ended.
    case hung(RunReports.One)
  }

  /// Waits for its end.
  ///
  /// - Parameter limit: How long it may record nothing before it is looked at whether it hangs.
  func wait(hangLimit limit: Duration?) throws(CommandFailure) -> Ending {
    var watch = limit.map { HangWatch(limit: $0) }
    var end: ProgramProcess.Change?
    while true {
      if end == nil, let change = program.change() {
        if change == .stopped { kill(getpid(), SIGSTOP) } else { end = change }
      }
      if let end, !followsChildren || live.isEmpty { return .ended(end) }
      // Nobody tells of the end of what the program has started.
      let patience = end == nil ? watch?.interval : .milliseconds(50)
      if let arrival = signals.wait(patience) {
        if let end, isToEnd(arrival.signal) { return .ended(end) }
        pass(arrival)
      }
      for trace in watch?.quiet(among: live) ?? [] {
        if let hang = try judged(trace, limit: limit) { return .hung(hang) }
      }
    }
  }

  /// The processes that record now, each by its latest trace.
  private var live: [RunTraces.Recorded] {
    var latest: [pid_t: RunTraces.Recorded] = [:]
    var order: [pid_t] = []
    for one in traces.recorded {
      if latest.updateValue(one, forKey: one.process) == nil { order.append(one.process) }
    }
    return order.filter { ProcessThreads.isAlive($0) }.compactMap { latest[$0] }
  }

  private func isToEnd(_ signal: CInt) -> Bool {
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(signal)
  }

  private func pass(_ arrival: RunSignals.Arrival) {
    if arrival.signal == snapshotSignal {
      tellHowThingsAre()
    } else if arrival.signal != SIGCHLD, !arrival.isFromTerminal {
      kill(program.id, arrival.signal)
    }
  }

  private var elapsed: String {
    let (seconds, atto) = (ContinuousClock.now - start).components
    return "\(seconds).\(atto / 100_000_000_000_000_000)"
  }

  private func tellHowThingsAre() {
    for trace in live {
      do {
        let one = try reports.readSoFar(trace)
        StandardError.write("lockcheck: \(one.name) after \(elapsed) s\n")
        let waits = try WhoWaits(LiveTrace.decoder(trace.path))
        StandardError.write(waits.text(names: one.report.names, all: false) + "\n\n")
        reports.show([one])
      } catch {
        StandardError.write("lockcheck: process \(trace.process): \(error)\n")
      }
    }
  }

  /// Reports on a process and ends it if it hangs.
  private func judged(
    _ trace: RunTraces.Recorded, limit: Duration?
  ) throws(CommandFailure) -> RunReports.One? {
    let one = try reports.readSoFar(trace)
    let isStuck = one.report.findings.contains {
      $0.finding.rule.kind == .deadlock && $0.finding.verdict == .observed
    }
    let threads = ProcessThreads(of: trace.process)
    guard isStuck || threads.allWaitForEver else { return nil }
    let seconds = limit.map {
      Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18
    }
    StandardError.write(
      "lockcheck: \(one.name) hangs: nothing was recorded for \(seconds ?? 0) s, and "
        + (isStuck ? "threads wait for each other\n" : "no thread of it can go on\n"))
    // What the report tells, it tells better.
    if !isStuck, let waits = try? WhoWaits(LiveTrace.decoder(trace.path)) {
      let text =
        waits.isAnyWaiting ? waits.text(names: one.report.names, all: false) + "\n" : threads.text()
      StandardError.write(text + "\n")
    }
    try reports.write([one])
    end(trace.process)
    return one
  }

  /// Ends a process, the hard way if it does not go by itself.
  private func end(_ process: pid_t) {
    let deadline = ContinuousClock.now + Self.grace
    kill(process, SIGTERM)
    while isRunning(process), .now < deadline { usleep(10_000) }
    guard isRunning(process) else { return }
    kill(process, SIGKILL)
    while isRunning(process) { usleep(10_000) }
  }

  private func isRunning(_ process: pid_t) -> Bool {
    ProcessThreads.isAlive(process)
  }
}
