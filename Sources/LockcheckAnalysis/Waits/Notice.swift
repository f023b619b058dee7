import LockcheckFindings
import LockcheckTrace

/// An event that a finding may come to show, with what its thread held.
struct Notice: Sendable {
  var event: Event
  var index: Int
  var held: HeldSetID

  init(_ event: Event, at index: Int, in run: borrowing Run) {
    self.event = event
    self.index = index
    held = run.held.set(of: event.thread)
  }

  /// As a step of a finding.
  func step(in run: borrowing Run) -> Step {
    Step(event, at: index, holding: run.held.locks(of: held))
  }
}
