import Foundation
import LockcheckReport

extension HangFiles {
  /// Writes the hang as a test case that failed, in the form that continuous integration reads: the frameworks
  /// write theirs when all tests are over, and the process ends before.
  func keep(caseOf watch: Watch, headline: String, text: String) throws {
    let suite = watch.place.fileID.split(separator: "/").joined(separator: ".")
      .replacing(".swift", with: "")
    let failed = JUnitDocument.Case(
      suite: suite, name: watch.name, failure: (headline: headline, text: text))
    let document = JUnitDocument([JUnitDocument.Suite(name: "lockcheck", cases: [failed])])
    try Data(document.text.utf8).write(to: junit)
  }
}
