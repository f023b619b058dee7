import LockcheckFindings

/// How grave a finding is, for tools that know no verdicts.
enum Severity: String, Comparable {
  /// Where time goes: nothing is wrong.
  case note
  /// It looks possible.
  case warning
  /// It happened, or can.
  case error

  static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    }
  }
}

extension ReportedFinding {
  /// Errors are what a build fails on unless told otherwise.
  var severity: Severity {
    if finding.rule.kind == .performance { return .note }
    return finding.verdict == .possible ? .warning : .error
  }
}

extension String {
  /// As much of it as takes no more than so many bytes, with `…` at the end where something is missing.
  func cut(to bytes: Int) -> String {
    guard utf8.count > bytes else { return self }
    var text = ""
    var room = bytes - "…".utf8.count
    for character in self {
      room -= character.utf8.count
      if room < 0 { break }
      text.append(character)
    }
    return text + "…"
  }
}
