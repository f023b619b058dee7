import LockcheckFindings
import LockcheckReport
import LockcheckTrace

/// What the page shows of one finding beyond its line in the list.
struct FindingData {
  private let reported: ReportedFinding
  private let report: Report
  private let story: Story

  init(_ reported: ReportedFinding, in report: Report) {
    self.reported = reported
    self.report = report
    story = Story(reported, in: report)
  }

  mutating func write(stacks: inout StackTable, to json: inout CompactJSON) {
    let finding = reported.finding
    json.member("words", finding.verdict.words)
    json.member("promise", reported.promise)
    json.member("advice", story.advice)
    if let page = RuleBook.page(for: finding.rule) {
      json.member("meaning", page.meaning)
      json.member("why", page.why)
    }
    json.member(
      "notes", [finding.missing?.explanation, story.reservations].compactMap { $0 })
    json.member("count", finding.occurrenceCount)
    json.member("first", finding.firstEvent)
    json.member("isSeveral", report.isOfSeveralRuns)
    json.member("steps") { json in
      json.array(finding.steps.indices) { json, index in
        json.object { write(step: index, stacks: &stacks, to: &$0) }
      }
    }
    let graph = FindingGraph(story)
    if !graph.nodes.isEmpty {
      json.member("graph") { json in json.object { graph.write(to: &$0) } }
    }
    if !report.isOfSeveralRuns {
      let witness = WitnessTable(story, in: report.tables)
      json.member("witness") { json in json.object { witness.write(to: &$0) } }
    }
    writeConfirmation(to: &json)
  }

  private func write(step index: Int, stacks: inout StackTable, to json: inout CompactJSON) {
    let step = reported.finding.steps[index]
    json.member("thread", reported.cast[step.thread])
    json.member("tid", step.thread.isPresent ? step.thread.index : -1)
    json.member("action", story.action(at: index))
    json.member("event", step.event)
    json.member("pending", step.isPending)
    json.member("stack", stacks.number(of: step.stack, withSource: true))
    let telling = Set(story.holdingsWorthTelling(at: index))
    json.member("holding") { json in
      json.array(step.holding) { json, held in
        json.object { json in
          json.member("object", reported.cast[held.object])
          json.member("shared", held.mode == .shared)
          json.member("telling", telling.contains(held))
          json.member("stack", stacks.number(of: held.stack, withSource: telling.contains(held)))
        }
      }
    }
    if !step.waitsFor.isEmpty {
      json.member("waitsFor", step.waitsFor.map { reported.cast[$0] })
    }
  }

  private func writeConfirmation(to json: inout CompactJSON) {
    guard let confirmation = reported.confirmation else { return }
    json.member("confirmation") { json in
      json.object { json in
        json.member("answer", confirmation.answer.rawValue)
        json.member("account", confirmation.account)
        if let command = confirmation.replayCommand { json.member("command", command) }
      }
    }
  }
}
