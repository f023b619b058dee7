public import LockcheckAnalysis
public import LockcheckCodecs
public import LockcheckFindings

extension ReportWarning {
  /// What stood in the trace and cannot have happened.
  public init(_ warning: AnalysisWarning, names: Names) {
    let who = names[warning.thread]
    let message =
      switch warning.kind {
      case .acquiredWhileHeld(let holder):
        "\(who) takes \(names[warning.object]) while \(names[holder]) holds it: the trace is not in "
          + "the order in which things happened, or the lock was not recorded from its start."
      case .actsAfterExit: "\(who) does something after its last event."
      case .cycleSearchCutShort(let ruledOutOnly):
        ruledOutOnly
          ? "The search for lock-order cycles was cut short: patterns that are ruled out may be "
            + "missing from the list of these."
          : "The search for lock-order cycles was cut short: there are too many. The shortest ones "
            + "are reported."
      }
    self.init(message, event: warning.event)
  }

  /// A damaged part of the trace that was passed over.
  public init(_ loss: TraceLoss) {
    let extent = [
      loss.events.map { "\($0) \($0 == 1 ? "event" : "events")" },
      loss.bytes.map { "\($0) \($0 == 1 ? "byte" : "bytes")" },
    ].compactMap(\.self)
    self.init(
      "damaged, and read on without it: \(loss.error)"
        + (extent.isEmpty ? "" : " (lost: \(extent.joined(separator: ", ")))"))
  }
}
