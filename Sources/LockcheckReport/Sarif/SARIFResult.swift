import LockcheckFindings
import LockcheckTrace

/// A finding with what both profiles need of it.
struct SARIFResult {
  let reported: ReportedFinding
  let story: Story
  let ruleIndex: Int
  /// What stands for the finding.
  let place: SourcePlace?
  /// What its threads did, with the places of it.
  let remarks: [(remark: Remark, place: SourcePlace?)]
  /// How many findings of the same fingerprint there are up to this one.
  let number: Int
  /// The program, for findings that name no file.
  let program: String

  init(
    _ reported: ReportedFinding, in report: Report, rules: [Rule], root: String, number: Int
  ) {
    self.reported = reported
    self.number = number
    let story = Story(reported, in: report)
    self.story = story
    ruleIndex = rules.firstIndex(of: reported.finding.rule) ?? -1
    place = story.primaryPlace(root: root)
    remarks = story.remarks.map { ($0, report.tables.place(of: $0.stack, root: root)) }
    program = report.program
  }

  /// What GitHub knows a finding by, together with its rule and file: a hash, and which one it is of those
  /// with the same.
  var lineHash: String { "\(reported.fingerprint):\(number)" }

  /// The places that a message may link to, numbered from 0.
  var relatedPlaces: [(remark: Remark, place: SourcePlace)] {
    remarks.compactMap { remark, place in place.map { (remark, $0) } }
  }

  /// What happened, how sure that is, who did what with links to the places, and what to do.
  func message(links: Int) -> String {
    let places = relatedPlaces.prefix(links).enumerated().map { id, related in
      SARIFText.link(related.remark.text, to: id)
    }
    var sentences = [
      SARIFText.message(story.message), SARIFText.message(story.assurance(of: reported)),
    ]
    if !places.isEmpty { sentences.append("See: " + places.joined(separator: ", ") + ".") }
    sentences.append(SARIFText.message(story.advice))
    if let reservations = story.reservations { sentences.append(SARIFText.message(reservations)) }
    return sentences.joined(separator: " ")
  }

  /// What each thread did, by thread, in the order of the steps.
  var flows: [(thread: ThreadID, remarks: [(remark: Remark, place: SourcePlace?)])] {
    let steps = reported.finding.steps
    return steps.map(\.thread).uniqued().map { thread in
      (thread, remarks.filter { steps[$0.remark.step].thread == thread })
    }
  }
}
