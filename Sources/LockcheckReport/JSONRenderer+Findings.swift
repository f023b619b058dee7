import LockcheckFindings
import LockcheckTrace

extension JSONRenderer {
  func write(_ reported: ReportedFinding, in report: Report, to writer: inout JSONWriter) {
    let finding = reported.finding
    let story = Story(reported, in: report)
    writer.member("code", finding.rule.code)
    writer.member("rule", finding.rule.name)
    writer.member("kind", finding.rule.kind.rawValue)
    writer.member("verdict", finding.verdict.rawValue)
    writer.member("message", story.message)
    writer.member("advice", story.advice)
    writer.member("occurrences", finding.occurrenceCount)
    writer.member("fingerprint", reported.fingerprint.description)
    writer.member("threads", reported.cast.threads)
    writer.member("objects", reported.cast.objects)
    writeSteps(finding.steps, cast: reported.cast, in: report, to: &writer)
    writeWitness(of: reported, in: report, to: &writer)
    if let times = finding.reason.times { write(times, to: &writer) }
    if let ordering = finding.orderedBy {
      writer.member("orderedBy") { writer in
        writer.object { writer in
          writer.member("object", reported.cast[ordering.object])
          writer.member("release", ordering.release)
          writer.member("acquire", ordering.acquire)
        }
      }
    }
    if let confirmation = reported.confirmation { write(confirmation, to: &writer) }
    if let suppression = reported.suppression { write(suppression, to: &writer) }
    if let missing = finding.missing { writer.member("missing", missing.rawValue) }
    writer.member("assumes", finding.assumes.map(\.rawValue))
    if showsAllOccurrences {
      writer.member("events") { writer in
        writer.array(finding.occurrences) { $0.numbers($1) }
      }
    }
  }

  func write(_ reported: ReportedRuledOut, in report: Report, to writer: inout JSONWriter) {
    let pattern = reported.pattern
    writer.member("code", pattern.rule.code)
    writer.member("rule", pattern.rule.name)
    writer.member("kind", pattern.rule.kind.rawValue)
    writer.member("reason", pattern.reason.name)
    writer.member("message", reported.explanation)
    writer.member("occurrences", reported.occurrenceCount)
    writer.member("threads", reported.cast.threads)
    writer.member("objects", reported.cast.objects)
    writeSteps(pattern.steps, cast: reported.cast, in: report, to: &writer)
  }

  private func writeSteps(
    _ steps: [Step], cast: Cast, in report: Report, to writer: inout JSONWriter
  ) {
    writer.member("steps") { writer in
      writer.array(steps) { writer, step in
        writer.object { write(step, cast: cast, tables: report.tables, to: &$0) }
      }
    }
  }

  private func write(
    _ step: Step, cast: Cast, tables: TraceTables, to writer: inout JSONWriter
  ) {
    writer.member("thread", cast[step.thread])
    writer.member("op", step.operation.name)
    writeTarget(
      step.object, step.mode, step.child, isPending: step.isPending, cast: cast, tables: tables,
      to: &writer)
    writer.member("holding", step.holding.map { cast[$0.object] })
    if !step.waitsFor.isEmpty { writer.member("waitsFor", step.waitsFor.map { cast[$0] }) }
    writer.member("event", step.event)
    writer.member("stack") { writer in
      writer.array(tables.frames(of: step.stack)) { writer, frame in
        writer.object { write(frame, to: &$0) }
      }
    }
  }

  /// What something was done to, and how: of a step and of an event of a schedule alike.
  private func writeTarget(
    _ object: ObjectID, _ mode: LockMode, _ child: ThreadID, isPending: Bool, cast: Cast,
    tables: TraceTables, to writer: inout JSONWriter
  ) {
    if object.isPresent {
      writer.member("object", cast[object])
      if tables.objects.kind(of: object) == .rwlock {
        writer.member("mode", mode == .shared ? "shared" : "exclusive")
      }
    }
    if child.isPresent { writer.member("child", cast[child]) }
    if isPending { writer.member("pending", true) }
  }

  private func write(_ frame: Frame, to writer: inout JSONWriter) {
    if let function = frame.function { writer.member("function", function) }
    if let file = frame.file { writer.member("file", file) }
    if let line = frame.line { writer.member("line", line) }
    if let module = frame.module { writer.member("module", module) }
    if frame.isUnresolved, let address = frame.address {
      writer.member("address", "0x" + String(address, radix: 16))
    }
  }

  /// One line for each event: there may be a hundred thousand of them.
  private func writeWitness(
    of reported: ReportedFinding, in report: Report, to writer: inout JSONWriter
  ) {
    let witness = reported.finding.witness
    let cast = reported.cast.joined(bySchedule: reported.finding)
    if reported.finding.witnessStart > 0 {
      writer.member("witnessStart", reported.finding.witnessStart)
    }
    writer.member("witness") { writer in
      writer.array(witness) { writer, scheduled in
        writer.line { write(scheduled, cast: cast, tables: report.tables, to: &$0) }
      }
    }
    if reported.finding.waits.isEmpty { return }
    writer.member("waits") { writer in
      writer.array(reported.finding.waits) { writer, step in
        writer.object { write(step, cast: cast, tables: report.tables, to: &$0) }
      }
    }
  }

  private func write(
    _ scheduled: ScheduledEvent, cast: Cast, tables: TraceTables, to writer: inout JSONWriter
  ) {
    writer.member("event", scheduled.index)
    if scheduled.through != scheduled.index { writer.member("through", scheduled.through) }
    writer.member("thread", cast[scheduled.thread])
    writer.member("op", scheduled.operation.name)
    writeTarget(
      scheduled.object, scheduled.mode, scheduled.child, isPending: scheduled.isPending, cast: cast,
      tables: tables,
      to: &writer)
  }
}
