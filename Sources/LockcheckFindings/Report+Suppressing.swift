extension Report {
  /// Sets apart the findings for which `decision` has a suppression, and counts them.
  ///
  /// - Complexity: O(findings), and a sort.
  public mutating func suppress(where decision: (ReportedFinding) throws -> Suppression?) rethrows {
    var rest: [ReportedFinding] = []
    var apart: [ReportedFinding] = []
    for finding in findings {
      guard let suppression = try decision(finding) else {
        rest.append(finding)
        continue
      }
      var finding = finding
      finding.suppression = suppression
      apart.append(finding)
    }
    if apart.isEmpty { return }
    findings = rest
    suppressed = (suppressed + apart).sorted { $0.finding.precedes($1.finding) }
    summary.count(findings, suppressed: suppressed.count)
  }

  /// Sets apart what `suppressions` apply to; those that apply to nothing are remembered.
  ///
  /// Where several apply the first one is given; none of them is unused.
  mutating func suppress(by suppressions: Suppressions) {
    if suppressions.entries.isEmpty { return }
    var used: Set<Int> = []
    let (tables, names) = (tables, names)
    suppress { reported in
      let texts = FindingTexts(reported.finding, in: tables, names)
      let matching = suppressions.entries.indices.filter {
        suppressions.entries[$0].matches(reported, texts: texts)
      }
      used.formUnion(matching)
      return matching.first.map { suppressions.entries[$0] }
    }
    unusedSuppressions += suppressions.entries.indices.filter { !used.contains($0) }
      .map { suppressions.entries[$0] }
  }
}
