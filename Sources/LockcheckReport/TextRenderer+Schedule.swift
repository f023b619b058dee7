import LockcheckFindings
import LockcheckTrace

extension TextRenderer {
  /// Writes the schedule of a `predicted` finding: who runs how far, and what happens then.
  func writeSchedule(of story: Story, to page: inout TextPage) {
    let finding = story.finding
    guard !finding.witness.isEmpty || finding.witnessStart > 0 else { return }
    var story = story
    story.cast = story.cast.joined(bySchedule: finding)
    note("Order", "This order of events of the run makes it happen:", to: &page)
    let parts = Schedule(of: story).parts
    let rows = parts.map { ScheduleRow($0, story) }
    let nameWidth = min(24, rows.map(\.name.count).max() ?? 0)
    let eventWidth = min(24, rows.map(\.events.count).max() ?? 0)
    if finding.witnessStart > 0 {
      let end = (finding.witnessStart - 1).grouped
      page.prose("events 0–\(end) as they were in this run; then", indent: margin)
    }
    for (part, row) in zip(parts, rows) {
      guard case .stretch(let stretch) = part else {
        page.line(TextPiece(row.events, .faint), indent: margin)
        continue
      }
      page.prose(
        story.account(of: stretch), indent: margin, hanging: margin + nameWidth + eventWidth + 4,
        label: TextPiece(row.name.padded(to: nameWidth) + "  " + row.events))
    }
    page.prose(story.outcome, indent: margin)
  }
}

/// The first two columns of a schedule: who, and which events.
struct ScheduleRow {
  var name = ""
  var events: String

  init(_ part: Schedule.Part, _ story: Story) {
    switch part {
    case .omission(let count):
      events = "… (\(count.counted("event")))"
    case .stretch(let stretch):
      let witness = story.finding.witness
      let first = witness[stretch.range.lowerBound].index
      let last = witness[stretch.range.upperBound - 1].through
      name = story.cast[stretch.thread].withoutControls
      events =
        first == last ? "event \(first.grouped)" : "events \(first.grouped)–\(last.grouped)"
    }
  }
}

extension Story {
  /// `takes B and keeps it; next it asks for A at a.swift:12`.
  func account(of stretch: Schedule.Stretch) -> String {
    var words: [String] = []
    if !stretch.kept.isEmpty {
      words.append(
        "takes \(list(stretch.kept.map { cast[$0] })) and keeps "
          + (stretch.kept.count == 1 ? "it" : "them"))
    }
    let last = finding.witness[stretch.range.upperBound - 1]
    if let step = stretch.next {
      words.append("next it \(next(step))")
    } else if words.isEmpty || last.operation != .acquire || last.object != stretch.kept.last {
      words.append("last it \(doing(last))")
    }
    return words.joined(separator: "; ") + (stretch.next == nil ? "" : place(of: stretch.next))
  }

  /// What comes of it: `Now main waits for B, which worker holds, and …`.
  package var outcome: String {
    if !finding.waits.isEmpty {
      return "Now \(clauses(finding.waits.map(waitingForHolder)))"
        + (finding.waits.count == 1 ? ", and nobody is left to end that." : ". Nobody can go on.")
    }
    switch finding.reason {
    case .orderCycle, .waitCycle:
      return "Now \(clauses(finding.steps.map(waitingForHolder)))."
    default:
      return "Now both accesses are next: "
        + clauses(finding.steps.map { doing($0) + place(of: $0) }) + "."
    }
  }

  private func next(_ step: Step) -> String {
    switch finding.reason {
    case _ where !finding.waits.isEmpty && step.operation != .acquire: waitingVerb(step)
    case _ where !finding.waits.isEmpty && step.mode == .exclusive: "asks for \(cast[step.object])"
    case _ where !finding.waits.isEmpty: waitingVerb(step)
    case .orderCycle where step.operation == .acquire && step.mode == .exclusive:
      "asks for \(cast[step.object])"
    case .orderCycle, .waitCycle: waitingVerb(step)
    default: "\(verb(step)) \(cast[step.object])"
    }
  }

  private func place(of step: Step?) -> String {
    guard let step, let frame = tables.frames(of: step.stack).telling.first else { return "" }
    return " at \(frame.place)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}
