import LockcheckFindings
import LockcheckTrace

/// What a person said must come out of a trace, and nothing else: `truth.txt`.
///
/// One thing a line. `none`; `VERDICT RULE OBJECTS STEP …`, objects separated by commas or `-`, a
/// step being `THREAD@EVENT` or `THREAD@EVENT[HELD,HELD]`, or no steps, where they are left to the
/// expected files; `ruled-out RULE REASON`; `error CODE WORD`, the exit code of the command and the
/// name of the error; `recovered …`, one of the above for a reading that goes on past damage. A line
/// that begins with `#` says why.
struct Truth {
  /// A finding.
  struct Claim: CustomStringConvertible {
    var text: String
    var verdict: String
    var rule: String
    var objects: [String]
    var steps: [String]

    var description: String { text }
  }

  /// A line that says nothing that is understood.
  struct NotUnderstood: Error, CustomStringConvertible {
    var line: String
    var description: String { "truth.txt: '\(line)' is none of the lines that README.md lists" }
  }

  /// What must be found in a trace that can be read.
  struct Outcome {
    var claims: [Claim] = []
    var ruledOut: [String] = []
    var isNone = false

    var isStated: Bool { isNone || !claims.isEmpty || !ruledOut.isEmpty }
  }

  var outcome = Outcome()
  var recovered = Outcome()
  /// The exit code and the error's name, of a trace that cannot be read.
  var error: (status: Int, name: String)?

  init(_ text: String) throws {
    for line in text.split(separator: "\n").map(String.init) where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      switch words.first {
      case nil: continue
      case "error" where words.count == 3:
        guard let status = Int(words[1]) else { throw NotUnderstood(line: line) }
        error = (status, words[2])
      case "recovered": try Self.note(Array(words.dropFirst()), line, in: &recovered)
      default: try Self.note(words, line, in: &outcome)
      }
    }
    guard outcome.isStated != (error != nil) else { throw NotUnderstood(line: text) }
  }

  private static func note(_ words: [String], _ line: String, in outcome: inout Outcome) throws {
    if words == ["none"] {
      outcome.isNone = true
    } else if words.count == 3, words[0] == "ruled-out" {
      outcome.ruledOut.append("\(words[1]) \(words[2])")
    } else if words.count >= 3, Verdict(rawValue: words[0]) != nil {
      let objects = words[2] == "-" ? [] : words[2].split(separator: ",").map(String.init)
      outcome.claims.append(
        Claim(
          text: line, verdict: words[0], rule: words[1], objects: objects.sorted(),
          steps: Array(words[3...])))
    } else {
      throw NotUnderstood(line: line)
    }
  }
}

extension Truth.Outcome {
  /// What the report says that is not true, and what is true that it does not say.
  func disagreements(with report: Report) -> [String] {
    var unexpected = Array(report.findings)
    var missing: [String] = []
    for claim in claims {
      if let place = unexpected.firstIndex(where: { claim.agrees(with: $0) }) {
        unexpected.remove(at: place)
      } else {
        missing.append("not found: \(claim)")
      }
    }
    let reasons = Set(report.ruledOut.map { "\($0.pattern.rule.name) \($0.pattern.reason.name)" })
    missing += ruledOut.filter { !reasons.contains($0) }.map { "not ruled out: \($0)" }
    if !ruledOut.isEmpty {
      missing += reasons.subtracting(ruledOut).sorted().map { "also ruled out: \($0)" }
    }
    return missing + unexpected.map { "not true: \(Truth.line(for: $0))" }
  }
}

extension Truth {
  /// A finding as a line of `truth.txt`.
  static func line(for reported: ReportedFinding) -> String {
    let finding = reported.finding
    let objects = reported.cast.objects.joined(separator: ",")
    let steps = finding.steps.map { step in
      "\(reported.cast[step.thread])@\(step.event)"
        + "[\(step.holding.map { reported.cast[$0.object] }.joined(separator: ","))]"
    }
    return "\(finding.verdict) \(finding.rule.name) \(objects.isEmpty ? "-" : objects) "
      + steps.joined(separator: " ")
  }
}

extension Truth.Claim {
  fileprivate func agrees(with reported: ReportedFinding) -> Bool {
    let finding = reported.finding
    guard finding.verdict.rawValue == verdict, finding.rule.name == rule,
      reported.cast.objects.sorted() == objects
    else { return false }
    return steps.isEmpty || agrees(with: finding.steps, cast: reported.cast)
  }

  /// In any order: which step comes first is for the expected files to say.
  private func agrees(with found: [Step], cast: Cast) -> Bool {
    guard found.count == steps.count else { return false }
    var left = found
    for claimed in steps {
      let isSame = { (step: Step) in
        let place = "\(cast[step.thread])@\(step.event)"
        if claimed == place { return true }
        guard claimed.hasPrefix(place + "["), claimed.hasSuffix("]") else { return false }
        let held = claimed.dropFirst(place.count + 1).dropLast().split(separator: ",")
        return held.map(String.init).sorted() == step.holding.map { cast[$0.object] }.sorted()
      }
      guard let place = left.firstIndex(where: isSame) else { return false }
      left.remove(at: place)
    }
    return true
  }
}
