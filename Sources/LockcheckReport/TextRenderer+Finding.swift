package import LockcheckFindings
import LockcheckTrace

extension TextRenderer {
  /// The margin in which `Why`, `Fix` and the like stand.
  var margin: Int { 8 }

  func write(
    _ reported: ReportedFinding, story: Story, number: String, isExplained: Bool,
    to page: inout TextPage
  ) {
    let finding = reported.finding
    page.heading(
      left: TextPiece(number, .faint),
      right: TextPiece("\(finding.rule.code) \(finding.rule.name)", .strong))
    page.line(
      TextPiece(finding.verdict.words, finding.verdict.role),
      TextPiece("  " + story.title, .strong),
      TextPiece("  (\(reported.promise))", .faint))
    page.gap()
    page.prose(story.message, indent: 2)
    page.gap()
    for index in finding.steps.indices {
      write(finding.steps[index], at: index, of: story, to: &page)
      page.gap()
    }
    writeSchedule(of: story, to: &page)
    if let confirmation = reported.confirmation { write(confirmation, to: &page) }
    if isExplained, let entry = RuleBook.page(for: finding.rule) {
      note("Why", entry.why, to: &page)
    }
    note("Fix", story.advice, to: &page)
    if let lack = finding.missing?.explanation { note("Note", lack, to: &page) }
    if let reservations = story.reservations { note("Note", reservations, to: &page) }
    note("Seen", sightings(of: finding), to: &page)
    if showsAllOccurrences {
      for events in finding.occurrences {
        page.line(
          TextPiece("events " + events.map(\.grouped).joined(separator: " · "), .faint),
          indent: margin)
      }
    }
    note(
      "Mute", "--suppress \(reported.fingerprint)   (more: lockcheck explain \(finding.rule.code))",
      to: &page)
    page.gap()
  }

  func note(_ label: String, _ text: String, to page: inout TextPage) {
    page.prose(text, indent: 2, hanging: margin, label: TextPiece(label, .name))
  }

  private func sightings(of finding: Finding) -> String {
    if finding.missing == .neverInOneRun { return "never in one run; each step in its own" }
    let event = "event \(finding.firstEvent.grouped)"
    return finding.occurrenceCount == 1
      ? "once, at \(event)"
      : "\(finding.occurrenceCount.grouped) times, first at \(event)"
  }
}

extension TextRenderer {
  /// Who held what, taken where, and what was then done or asked for, where.
  private func write(_ step: Step, at index: Int, of story: Story, to page: inout TextPage) {
    let holding = story.holdingsWorthTelling(at: index)
    page.line(
      TextPiece(story.cast[step.thread], .name),
      TextPiece("  event \(step.event.grouped)", .faint), indent: 2)
    for held in holding {
      let shared = held.mode == .shared ? " (to read)" : ""
      write(
        ["holds ", TextPiece(story.cast[held.object], .name), TextPiece(shared)],
        at: held.stack, in: story.tables, joint: ", taken ", to: &page)
      writeSource(of: held.stack, in: story.tables, to: &page)
    }
    let action = story.action(at: index)
    write(
      [TextPiece(holding.isEmpty ? action : "and \(action)")],
      at: step.stack, in: story.tables, joint: " ", to: &page)
    writeSource(of: step.stack, in: story.tables, to: &page)
    writeCallers(of: step.stack, in: story.tables, to: &page)
    if story.showsAbsentLocks, step.holding.isEmpty {
      page.line(TextPiece("holding no lock", .faint), indent: 4)
    }
    if !step.waitsFor.isEmpty, step.waitsFor != [step.thread] {
      let others = list(step.waitsFor.map { story.cast[$0] })
      page.line(TextPiece("only \(others) could end this wait", .faint), indent: 4)
    }
  }

  /// Writes what was done and where: on one line where there is room, else the place on the next.
  private func write(
    _ pieces: [TextPiece], at stack: StackID, in tables: TraceTables, joint: String,
    to page: inout TextPage
  ) {
    guard let frame = Backtrace(tables.frames(of: stack), root: root).first else {
      page.line(pieces, indent: 4)
      return
    }
    let place = TextPiece(joint + frame.description)
    let width = 4 + pieces.reduce(place.text.count) { $0 + $1.text.count }
    guard width > style.width, let location = frame.location, frame.description != location else {
      page.line(pieces + [place], indent: 4)
      return
    }
    page.line(
      pieces + [TextPiece(joint + String(frame.description.dropLast(location.count + 1)))],
      indent: 4)
    page.line(TextPiece(location), indent: 6)
  }

  private func writeSource(of stack: StackID, in tables: TraceTables, to page: inout TextPage) {
    guard let frame = Backtrace(tables.frames(of: stack), root: root).first, let file = frame.file,
      let number = frame.line, let line = source(file, number)
    else { return }
    let code = line.drop { $0 == " " || $0 == "\t" }
    page.line(TextPiece("\(number) │ ", .faint), TextPiece(String(code), .body), indent: 8)
  }

  private func writeCallers(of stack: StackID, in tables: TraceTables, to page: inout TextPage) {
    let backtrace = Backtrace(tables.frames(of: stack), root: root)
    for frame in backtrace.callers.prefix(8) {
      page.line(TextPiece("called \(frame.asCaller)", .faint), indent: 6)
    }
    let left = backtrace.callers.count - 8
    if left > 0 {
      page.line(TextPiece("… and \(left.counted("more caller"))", .faint), indent: 6)
    }
    if backtrace.foldedCount > 0, !backtrace.callers.isEmpty {
      let folded = backtrace.foldedCount.counted("frame")
      page.line(TextPiece("(\(folded) of the runtime not shown)", .faint), indent: 6)
    }
  }
}

/// A stack as it is shown: the program's own code, with what is foreign folded away.
private struct Backtrace {
  let first: ShownFrame?
  let callers: [ShownFrame]
  let foldedCount: Int

  init(_ frames: [Frame], root: String) {
    let own = frames.telling
    first = own.first.map { ShownFrame($0, root: root) }
    callers = own.dropFirst().map { ShownFrame($0, root: root) }
    foldedCount = frames.count - own.count
  }
}

/// A frame in words: `in eat(_:) at Philosophers.swift:12`.
private struct ShownFrame: CustomStringConvertible {
  let file: String?
  let line: Int?
  let description: String
  /// The end of the description that says file and line; nil where they are not known.
  let location: String?

  /// `from main at main.swift:3`.
  var asCaller: String {
    description.hasPrefix("in ") ? "from " + description.dropFirst(3) : "from " + description
  }

  /// - Parameter root: The folder that paths inside it are shown from.
  init(_ frame: Frame, root: String) {
    file = frame.file
    line = frame.line
    let place =
      frame.file.map { path in
        let path = !root.isEmpty && path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
        return frame.line.map { "\(path):\($0)" } ?? path
      }
      ?? frame.line.map { "line \($0)" }
    location = place.map { "at \($0)" }
    switch (frame.function, place) {
    case (let function?, let place?): description = "in \(function) at \(place)"
    case (let function?, nil):
      description = "in \(function)" + (frame.module.map { " (\($0.lastPathComponent))" } ?? "")
    case (nil, let place?): description = "at \(place)"
    case (nil, nil) where frame.placeInModule != nil:
      description = "at " + (frame.placeInModule ?? "")
    case (nil, nil):
      let address = frame.address.map { "0x" + String($0, radix: 16) } ?? "an unknown place"
      description = "at \(address)" + (frame.module.map { " in \($0.lastPathComponent)" } ?? "")
    }
  }
}

extension Story {
  /// The locks that a step's thread held and that explain the finding; for a deadlock the ones that
  /// another step asks for, for a race all.
  package func holdingsWorthTelling(at index: Int) -> [HeldLock] {
    let step = finding.steps[index]
    switch finding.reason {
    case .orderCycle, .waitCycle:
      let wanted = Set(finding.steps.map(\.object)).subtracting([step.object])
      let telling = step.holding.filter { wanted.contains($0.object) }
      return telling.isEmpty ? step.holding : telling
    case .classCycle(let held):
      return step.holding.filter { index < held.count && $0.object == held[index] }
    case .levelOrder(let held): return step.holding.filter { $0.object == held }
    default: return step.holding
    }
  }

  /// What the thread of a step did: `asks for fork[1]`.
  package func action(at index: Int) -> String {
    let step = finding.steps[index]
    switch finding.reason {
    case .orderCycle, .classCycle, .levelOrder:
      let request =
        step.operation == .join ? waitingVerb(step) : "asks for \(cast[step.object])" + shared(step)
      return step.holding.isEmpty ? request : "then \(request)"
    case .contended(let times), .heldLong(let times), .queued(let times):
      return timedAction(at: index, times)
    case .relock where step.operation == .acquire: return "asks for \(cast[step.object]) again"
    case .waitCycle, .nobodyLeft, .behindStuck, .poolStarved: return waitingVerb(step)
    case .upgrade where step.isPending: return "asks for \(cast[step.object]) to write"
    case .tooEarly where step.isPending, .nobodyWaited where step.isPending,
      .waitedUnlooked where step.isPending, .tasksLeft where step.isPending,
      .partiesMissing where step.isPending:
      return waitingVerb(step)
    case .refused(let refusal): return "calls \(refusal.call.name)"
    case .alreadyDestroyed(.some(let refusal)) where step.operation == .refused:
      return "calls \(refusal.call.name) on \(cast[step.object])"
    case .twoLocks(let lock, let other):
      return "\(waitingVerb(step)) with \(cast[index == 0 ? lock : other])"
    case .poolNested where step.operation == .wait: return waitingVerb(step)
    case .poolNested: return "submits a task to \(cast[step.object])"
    default:
      let target = step.operation.namesThread ? cast[step.child] : cast[step.object]
      let hasTarget = step.operation.namesObject || step.operation.namesThread
      return verb(step) + (hasTarget ? " \(target)" : "") + shared(step)
    }
  }

  private func shared(_ step: Step) -> String {
    let isLocking = step.operation == .acquire || step.operation == .release
    return isLocking && step.mode == .shared ? " (to read)" : ""
  }

  /// Whether it matters that a step holds no lock.
  fileprivate var showsAbsentLocks: Bool {
    finding.rule.kind == .race && finding.reason != .interleaved
  }
}
