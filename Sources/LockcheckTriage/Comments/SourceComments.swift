public import LockcheckFindings
import LockcheckTrace

/// Decisions to live with findings that stand next to the code: `// lockcheck:ignore LC201 reason`.
///
/// A finding is suppressed by such a comment at the place of one of its steps: where its innermost frame of
/// the program's own is, on that line or in the lines of nothing but comments right above.
public struct SourceComments {
  /// Reads one line of a source file; nil where it cannot be had.
  public typealias SourceProvider = (_ file: String, _ line: Int) -> String?

  /// Comments that may not say what was meant, each once.
  public private(set) var remarks: [Remark] = []
  private let source: SourceProvider

  /// Makes a reader of comments.
  public init(source: @escaping SourceProvider) { self.source = source }

  /// The first comment that applies to a finding.
  ///
  /// - Complexity: A few lines of source for each step.
  public mutating func suppression(
    for reported: ReportedFinding, in report: Report
  ) -> Suppression? {
    for step in reported.finding.steps {
      guard let frame = report.tables.frames(of: step.stack).telling.first,
        let file = frame.file, let line = frame.line, line > 0
      else { continue }
      if let found = suppression(for: reported.finding.rule, at: line, of: file) { return found }
    }
    return nil
  }

  private mutating func suppression(
    for rule: Rule, at line: Int, of file: String
  ) -> Suppression? {
    var place = line
    while place > 0, let text = source(file, place) {
      // The line above has its own comment at its end.
      if place < line, !SourceComment.isComment(text) { break }
      let comment = SourceComment(in: text)
      if place < line, comment == nil { break }
      if let comment {
        point(out: comment, at: place, of: file)
        if comment.rules.contains(rule) {
          return Suppression(
            [.rules([rule])], reason: comment.reason,
            origin: .comment(file: file, line: place), text: "\(SourceComment.mark) \(rule.code)")
        }
      }
      place -= 1
    }
    return nil
  }

  private mutating func point(out comment: SourceComment, at line: Int, of file: String) {
    func remark(_ message: String) {
      let remark = Remark(file: file, line: line, "\(SourceComment.mark) \(message)")
      if !remarks.contains(remark) { remarks.append(remark) }
    }
    if comment.rules.isEmpty, comment.unknown.isEmpty {
      remark("names no rule, and hides nothing: expected a code such as LC201 behind it")
    }
    for word in comment.unknown {
      remark(
        "names the rule '\(word.inOneLine)', which does not exist" + Rule.guess(at: word))
    }
    if !comment.rules.isEmpty, comment.reason == nil {
      remark("does not say why: expected a reason behind the rule")
    }
  }
}
