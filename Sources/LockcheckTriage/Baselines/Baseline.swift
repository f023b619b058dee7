public import LockcheckFindings

/// The findings that were there when somebody decided that only new ones count.
///
/// A finding is known where the baseline has one of its fingerprint that is as sure. Several findings may
/// share a fingerprint, on different variables: as many of them are known as the baseline has.
public struct Baseline: Sendable, Equatable {
  /// The findings, surest first, then by rule and fingerprint.
  public private(set) var findings: [KnownFinding]

  /// Makes a baseline of what was found in several traces: of each fingerprint as many findings as the
  /// trace with the most of them has.
  public init(_ traces: [[KnownFinding]]) {
    var most: [Fingerprint: [KnownFinding]] = [:]
    for findings in traces {
      for (fingerprint, group) in Dictionary(grouping: findings, by: \.fingerprint) {
        let sorted = group.sorted { $0.precedes($1) }
        var known = most[fingerprint] ?? []
        for place in sorted.indices {
          if place == known.count {
            known.append(sorted[place])
          } else if sorted[place].verdict > known[place].verdict {
            known[place] = sorted[place]
          }
        }
        most[fingerprint] = known
      }
    }
    findings = most.values.flatMap(\.self).sorted { $0.precedes($1) }
  }

  /// Which findings of a report the baseline has.
  ///
  /// - Complexity: Linear in both.
  public func known(in reported: [ReportedFinding]) -> [Bool] {
    // The surest are left at the end of each list.
    var left = Dictionary(grouping: findings, by: \.fingerprint)
      .mapValues { $0.map(\.verdict).sorted() }
    var isKnown = [Bool](repeating: false, count: reported.count)
    let surestFirst = reported.indices.sorted { a, b in
      let (one, other) = (reported[a].finding.verdict, reported[b].finding.verdict)
      return one != other ? one > other : a < b
    }
    for place in surestFirst {
      let finding = reported[place]
      guard let surest = left[finding.fingerprint]?.last, surest >= finding.finding.verdict else {
        continue
      }
      left[finding.fingerprint]?.removeLast()
      isKnown[place] = true
    }
    return isKnown
  }

  /// How the baseline of today differs from this one.
  public func changes(to new: Baseline) -> (added: Int, removed: Int) {
    let comparison = Comparison(old: findings, new: new.findings)
    return (comparison.new.count, comparison.gone.count)
  }
}
