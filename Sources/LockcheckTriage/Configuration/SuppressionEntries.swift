public import LockcheckFindings
import LockcheckTrace

/// Suppressions to be put into `.lockcheck.yml`, ready but for the reason.
public enum SuppressionEntries {
  /// One entry for each finding, and one for those that would have the same.
  ///
  /// The fingerprint would do; rule, function, file and lock tell a reader what is meant. A name that
  /// changes with the lines of a file is left out.
  ///
  /// - Parameters:
  ///   - message: What is said of a finding, for a comment above it.
  ///   - root: The folder, with a slash at its end, from which paths inside it are written.
  /// - Complexity: Linear in the findings and the frames of their stacks.
  public static func yaml(
    for findings: [(reported: ReportedFinding, report: Report)], root: String,
    message: (ReportedFinding, Report) -> String
  ) -> String {
    if findings.isEmpty { return "suppressions: []\n" }
    var text = "suppressions:\n"
    var known: Set<String> = []
    for (reported, report) in findings {
      // Several traces may have the same finding.
      let entry = entry(for: reported, in: report, root: root)
      guard known.insert(entry).inserted else { continue }
      text +=
        "  # \(reported.finding.verdict.rawValue): \(message(reported, report).withoutBreaks)\n"
        + entry
    }
    return text
  }

  private static func entry(
    for reported: ReportedFinding, in report: Report, root: String
  ) -> String {
    let finding = reported.finding
    let frame = finding.steps.lazy
      .compactMap { report.tables.frames(of: $0.stack).telling.first }
      .first { $0.function != nil || $0.file != nil }
    var lines = [
      "  - fingerprint: \(reported.fingerprint.description.quotedJSON)",
      "    rule: \(finding.rule.code)",
    ]
    if let function = frame?.function { lines.append("    function: \(function.quotedYAML)") }
    if let file = frame?.file {
      let path = !root.isEmpty && file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file
      lines.append(
        "    file: \((path.hasPrefix("/") ? path.lastPathComponent : path).quotedYAML)")
    }
    let names = finding.objects.lazy
      .filter { $0.isPresent && $0.index < report.tables.objects.count }
      .compactMap { report.tables.objects.name(of: $0) }
    if let lock = names.first(where: { !$0.isBlank }) {
      lines.append("    lock: \(lock.quotedYAML)")
    }
    lines.append("    reason: \"…\"")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  /// As a text in YAML, on one line. JSON's escapes are YAML's; what breaks a line there does so here too.
  package var quotedYAML: String {
    var text = ""
    var previous: Unicode.Scalar = "\""
    for scalar in quotedJSON.unicodeScalars {
      // What looks like an alias would be counted as one.
      defer { previous = scalar }
      let isPlain =
        scalar.value < 0x7f && !scalar.isYAMLMark(after: previous) || scalar.properties.isAlphabetic
        || scalar == "…"
        || scalar.properties.numericType != nil
      if isPlain {
        text.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        text += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return text
  }

  /// Without what ends a line, or has no place in a text.
  fileprivate var withoutBreaks: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          let category = scalar.properties.generalCategory
          return category == .control || category == .lineSeparator
            || category == .paragraphSeparator
            || scalar == "\u{FEFF}" || (0xFFFE...0xFFFF).contains(scalar.value) ? " " : scalar
        }))
  }
}
