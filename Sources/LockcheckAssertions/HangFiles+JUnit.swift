import Foundation

extension HangFiles {
  /// Writes the hang as a test case that failed, in the form that continuous integration reads: the frameworks
  /// write theirs when all tests are over, and the process ends before.
  func keep(caseOf watch: Watch, headline: String, text: String) throws {
    let suite = watch.place.fileID.split(separator: "/").joined(separator: ".")
      .replacing(".swift", with: "")
    let document = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite name="lockcheck" errors="0" tests="1" failures="1" skipped="0">
      <testcase classname="\(Self.quoted(suite))" name="\(Self.quoted(watch.name))">
      <failure message="\(Self.quoted(headline))">\(Self.quoted(text))</failure>
      </testcase>
      </testsuite>
      </testsuites>

      """
    try Data(document.utf8).write(to: junit)
  }

  /// As XML has it, without the characters that XML 1.0 cannot have.
  static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": quoted += "&amp;"
      case "<": quoted += "&lt;"
      case ">": quoted += "&gt;"
      case "\"": quoted += "&quot;"
      case "\n", "\t", " "..."\u{7E}", "\u{A0}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
        quoted.unicodeScalars.append(scalar)
      default: quoted += "?"
      }
    }
    return quoted
  }
}
