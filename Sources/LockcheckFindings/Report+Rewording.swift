public import LockcheckTrace

extension Report {
  /// The same report in other words: for one that is to be shared.
  ///
  /// - Parameters:
  ///   - tables: The tables with the same rows, each reworded.
  ///   - text: Rewords every other text: names that were put together, warnings, and what came of trying.
  /// - Precondition: The tables have as many rows as those of the report.
  /// - Complexity: Linear in the texts of the report.
  public func reworded(
    header: TraceHeader, tables: TraceTables, _ text: (String) -> String
  ) -> Report {
    precondition(
      tables.threads.count == self.tables.threads.count
        && tables.objects.count == self.tables.objects.count
        && tables.frames.count == self.tables.frames.count
        && tables.stacks.count == self.tables.stacks.count)
    var report = self
    report.header = header
    report.tables = tables
    report.names = names.reworded(tables, text)
    report.findings = findings.map { $0.reworded(report.names, text) }
    report.suppressed = suppressed.map { $0.reworded(report.names, text) }
    report.ruledOut = ruledOut.map { $0.reworded(report.names, text) }
    report.warnings = warnings.map { ReportWarning(text($0.message), event: $0.event) }
    report.unusedSuppressions = unusedSuppressions.map { $0.reworded(text) }
    return report
  }
}

extension ReportedFinding {
  fileprivate func reworded(_ names: Names, _ text: (String) -> String) -> ReportedFinding {
    var reported = self
    reported.cast = cast.reworded(names, text)
    reported.suppression = suppression?.reworded(text)
    reported.confirmation?.reason = confirmation?.reason.map(text)
    // The program's arguments go, as those of the process do.
    reported.confirmation?.program = confirmation?.program.prefix(1).map(text) ?? []
    return reported
  }
}

extension ReportedRuledOut {
  fileprivate func reworded(_ names: Names, _ text: (String) -> String) -> ReportedRuledOut {
    var reported = self
    reported.cast = cast.reworded(names, text)
    return reported
  }
}

extension Suppression {
  fileprivate func reworded(_ text: (String) -> String) -> Suppression {
    var suppression = self
    suppression.text = text(self.text)
    suppression.reason = reason.map(text)
    switch origin {
    case .direct: break
    case .list(let file, let line): suppression.origin = .list(file: text(file), line: line)
    case .configuration(let file, let line):
      suppression.origin = .configuration(file: text(file), line: line)
    case .sanitizer(let file, let line):
      suppression.origin = .sanitizer(file: text(file), line: line)
    case .comment(let file, let line): suppression.origin = .comment(file: text(file), line: line)
    case .baseline(let file): suppression.origin = .baseline(file: text(file))
    }
    return suppression
  }
}
