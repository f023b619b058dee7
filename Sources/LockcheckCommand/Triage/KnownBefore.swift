import LockcheckFindings
import LockcheckReport
import LockcheckTriage

/// The findings that a baseline has, and those that it will have.
final class KnownBefore {
  private let file: String
  private let baseline: Baseline
  private let isUpdated: Bool
  /// What was found, trace by trace.
  private var found: [[KnownFinding]] = []
  /// The rules that were looked for: nothing is known of the others.
  private var codes: Set<String> = []

  /// - Parameters:
  ///   - path: The file; nil where there is no baseline.
  ///   - isUpdated: Whether all that is found shall be known.
  /// - Throws: A failure where the file cannot be read, or is missing and not about to be written.
  init?(_ path: String?, isUpdated: Bool) throws(CommandFailure) {
    guard let path else {
      if isUpdated {
        throw CommandFailure(.usage, "--update-baseline needs a file: --baseline FILE")
      }
      return nil
    }
    let old = try TriageFiles.baseline(path)
    guard isUpdated || old != nil else {
      throw CommandFailure(
        .noInput, "there is no baseline '\(path)'; --update-baseline makes one of what is found")
    }
    file = path
    baseline = old ?? Baseline([])
    self.isUpdated = isUpdated
  }

  /// Sets apart the findings that were known.
  func sort(_ report: inout Report) {
    codes.formUnion(report.rules.map(\.code))
    found.append(report.findings.map { KnownFinding($0, message: $0.message(in: report)) })
    let known =
      isUpdated
      ? [Bool](repeating: true, count: report.findings.count)
      : baseline.known(in: report.findings)
    var next = 0
    report.suppress { reported in
      defer { next += 1 }
      guard known[next] else { return nil }
      return Suppression(
        [.fingerprint(reported.fingerprint)], origin: .baseline(file: file),
        text: reported.fingerprint.description)
    }
  }

  /// Writes the baseline where that was asked for, else says what of it was not found.
  func finish(isComplete: Bool) throws(CommandFailure) {
    guard isComplete else {
      if isUpdated { say("is left as it was: a trace could not be read") }
      return
    }
    let unasked = baseline.findings.filter { !codes.contains($0.code) }
    let new = Baseline(found + [unasked])
    let (added, removed) = baseline.changes(to: new)
    if isUpdated {
      let output = try OutputFile(file)
      try output.write(new.json())
      try output.commit()
      say("\(new.findings.count) known, \(added) added, \(removed) taken out")
    } else if removed > 0 {
      say(
        "\(removed) of \(baseline.findings.count) did not show up; --update-baseline takes them out"
      )
    }
  }

  private func say(_ message: String) {
    StandardError.write("lockcheck: baseline \(file): \(message)\n")
  }
}
