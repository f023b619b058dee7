public import LockcheckFindings

extension ReportedConfirmation {
  /// The answer in sentences, with what is known of why it is no better.
  public var account: String {
    switch answer {
    case .confirmed:
      "Confirmed: the program was steered into it, in try \(tries.grouped)."
    case .notConfirmed:
      "Not confirmed in \(tries.counted("try", "tries")). That proves nothing: there may be other ways "
        + "into that state." + progress + howTriesEnded
    case .notTried: "Not tried: \(reason ?? "nothing is known of why")."
    }
  }

  /// What a shell takes to see it again: `LOCKCHECK_SCHEDULE=lc1:… program --option`; nil where it was not
  /// seen.
  public var replayCommand: String? {
    token.map { token in
      (["LOCKCHECK_SCHEDULE=" + token.quotedForShell] + program.map(\.quotedForShell))
        .joined(separator: " ")
    }
  }

  private var progress: String {
    guard let best else { return "" }
    if best.followed >= best.steps, best.steps > 0 {
      return " The schedule was followed to its end, and what was predicted did not come of it."
    }
    return
      " At best \(best.followed.grouped) of the schedule's \(best.steps.counted("step")) were taken."
  }

  private var howTriesEnded: String {
    if endings.isEmpty { return "" }
    return " Tries that ended "
      + endings.map { "\($0.words): \($0.count.grouped)" }.joined(separator: "; ") + "."
  }
}

extension ReportedConfirmation.Ending {
  /// What follows `tries that ended`.
  fileprivate var words: String {
    switch name {
    case "passed": "well"
    case "deadlock": "in another deadlock"
    case "error": "with an error"
    case "misuse": "with a primitive misused"
    case "endless": "after too many steps"
    case "uncontrolled": "because a thread did something that no scheduler sees"
    case "diverged": "because the program did not repeat itself"
    case "race": "with another race"
    case "predicted": "elsewhere"
    case "out of time": "past their limit of time"
    case "crashed": "in a crash"
    case "no result": "without a word about the schedule"
    default: "with '\(name.withoutControls)'"
    }
  }
}

extension ReportedFinding {
  /// What the plain words of the verdict promise, and whether it was kept.
  package var promise: String {
    confirmation?.answer == .confirmed
      ? "predicted, confirmed: it was seen to happen" : finding.promise
  }
}

extension TextRenderer {
  /// Writes what came of trying it, and how to see it again.
  func write(_ confirmation: ReportedConfirmation, to page: inout TextPage) {
    note(
      confirmation.answer == .confirmed ? "Proof" : "Tried", confirmation.account, to: &page)
    guard let command = confirmation.replayCommand else { return }
    // Not broken between words: it is there to be copied.
    page.line(TextPiece(command, .strong), indent: margin)
  }
}

extension JSONRenderer {
  func write(_ confirmation: ReportedConfirmation, to writer: inout JSONWriter) {
    writer.member("confirmation") { writer in
      writer.object { writer in
        writer.member("answer", confirmation.answer.rawValue)
        writer.member("tries", confirmation.tries)
        if let token = confirmation.token { writer.member("token", token) }
        if let best = confirmation.best {
          writer.member("followed", best.followed)
          writer.member("steps", best.steps)
        }
        if !confirmation.endings.isEmpty {
          writer.member("endings") { writer in
            writer.object { writer in
              for ending in confirmation.endings { writer.member(ending.name, ending.count) }
            }
          }
        }
        if let reason = confirmation.reason { writer.member("reason", reason) }
      }
    }
  }
}

extension String {
  /// As one word of a shell's command line.
  fileprivate var quotedForShell: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic && $0.isASCII || ("0"..."9").contains($0)
          || "_-./:=,+@%".unicodeScalars.contains($0)
      }
    return isPlain
      ? self
      : "'"
        + split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: #"'\''"#) + "'"
  }
}
