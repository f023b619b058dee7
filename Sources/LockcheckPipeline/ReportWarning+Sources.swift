public import LockcheckAnalysis
public import LockcheckCodecs
public import LockcheckFindings
public import LockcheckTrace

extension ReportWarning {
  /// What stood in the trace and cannot have happened.
  public init(_ warning: AnalysisWarning, names: Names) {
    let who = names[warning.thread]
    var event: Int? = warning.event
    let message: String
    switch warning.kind {
    case .acquiredWhileHeld(let holder):
      message =
        "\(who) takes \(names[warning.object]) while \(names[holder]) holds it: the trace is not in "
        + "the order in which things happened, or the lock was not recorded from its start."
    case .actsAfterExit: message = "\(who) does something after its last event."
    case .cycleSearchCutShort(let ruledOutOnly):
      event = nil
      message =
        "there are too many ways round the locks to look at all of them: "
        + (ruledOutOnly
          ? "some patterns that are ruled out are not listed."
          : "the shortest lock-order cycles are reported, longer ones may be missing.")
    case .raceSearchCutShort:
      event = nil
      message =
        "there are too many accesses under too many different locks to compare all of them: races of "
        + "other schedules may be missing."
    case .tooLongForPrediction(let limit):
      event = nil
      message =
        "the trace has more than \(limit) events and was not kept in memory: no schedules were looked "
        + "for, and nothing is predicted. --engine search does it all the same."
    case .noTimes:
      event = nil
      message =
        "the trace does not say when things happened: nothing can be said of waits and holds."
    case .witnessRefused(let flaw):
      message =
        "a mistake in lockcheck, please report it: the schedule that was found for this event does "
        + "not hold (\(flaw)). The finding is shown as possible."
    }
    self.init(message, event: event)
  }

  /// What is to be said of a trace that does not begin where the run did.
  public static func beginning(of header: TraceHeader) -> [ReportWarning] {
    guard let count = header.droppedEvents else { return [] }
    let events = count == 1 ? "the first event was" : "the first \(count) events were"
    return [
      ReportWarning(
        "\(events) dropped to keep the trace small: what is missing may have ordered or ended what is left, so "
          + "only threads that wait for each other's locks are certain, and all else is possible.")
    ]
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
