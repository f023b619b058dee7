import LockcheckFindings
import LockcheckTriage

extension Comparison {
  /// The difference for a person: what is new first.
  var text: String {
    var text = ""
    func write(_ title: String, _ lines: [String]) {
      guard !lines.isEmpty else { return }
      text += "\(title) (\(lines.count))\n" + lines.joined() + "\n"
    }
    write("New", new.map { $0.line() })
    write("Gone", gone.map { $0.line() })
    write(
      "Still there",
      kept.map { $0.new.line(before: $0.old.verdict == $0.new.verdict ? nil : $0.old.verdict) })
    return text + "\(new.count) new, \(gone.count) gone, \(kept.count) still there"
      + surer + ".\n"
  }

  private var surer: String {
    let count = kept.count(where: \.isSurer)
    return count == 0 ? "" : " (\(count) of them surer than before)"
  }

  /// The difference for a program.
  var json: String {
    """
    {
      "format": "lockcheck-diff",
      "version": 1,
      "summary": {"new": \(new.count), "gone": \(gone.count), "kept": \(kept.count), "surer": \(kept.count(where: \.isSurer))},
      "new": \(Self.list(new.map { $0.row() })),
      "gone": \(Self.list(gone.map { $0.row() })),
      "kept": \(Self.list(kept.map { $0.new.row(before: $0.old.verdict) }))
    }

    """
  }

  private static func list(_ rows: [String]) -> String {
    rows.isEmpty ? "[]" : "[\n    " + rows.joined(separator: ",\n    ") + "\n  ]"
  }
}

extension KnownFinding {
  fileprivate func line(before: Verdict? = nil) -> String {
    let change = before.map { ", was \($0.rawValue)" } ?? ""
    return "  \(verdict.rawValue) \(code) \(rule)  \(fingerprint)\(change)\n      \(message)\n"
  }

  fileprivate func row(before: Verdict? = nil) -> String {
    let members: [(String, String)] = [
      ("fingerprint", fingerprint.description.quotedJSON), ("code", code.quotedJSON),
      ("rule", rule.quotedJSON), ("verdict", verdict.rawValue.quotedJSON),
    ]
    let was = before.map { [("was", $0.rawValue.quotedJSON)] } ?? []
    let objects = "[" + objects.map(\.quotedJSON).joined(separator: ", ") + "]"
    return "{"
      + (members + was + [("objects", objects), ("message", message.quotedJSON)])
      .map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }
}
