public import LockcheckFindings

/// How the findings of two runs differ.
///
/// Those of one fingerprint are the same finding; where several share one, those about the same objects first.
public struct Comparison: Sendable, Equatable {
  /// A finding that both runs have.
  public struct Kept: Sendable, Equatable {
    /// As the first run has it.
    public var old: KnownFinding
    /// As the second run has it.
    public var new: KnownFinding

    /// Makes a pair.
    public init(old: KnownFinding, new: KnownFinding) {
      self.old = old
      self.new = new
    }

    /// Whether more is known of it than before: a pattern turned out to be a defect.
    public var isSurer: Bool { new.verdict > old.verdict }
  }

  /// Those that only the second run has, surest first.
  public private(set) var new: [KnownFinding] = []
  /// Those that only the first run has, surest first.
  public private(set) var gone: [KnownFinding] = []
  /// Those that both have, surest first.
  public private(set) var kept: [Kept] = []

  /// Compares two runs.
  ///
  /// - Complexity: Linear but for sorting, and quadratic in findings that share one fingerprint.
  public init(old: [KnownFinding], new: [KnownFinding]) {
    var olds = Dictionary(grouping: old.sorted { $0.precedes($1) }, by: \.fingerprint)
    var rest: [KnownFinding] = []
    func keep(_ finding: KnownFinding, _ place: Int) {
      guard let partner = olds[finding.fingerprint]?.remove(at: place) else { return }
      kept.append(Kept(old: partner, new: finding))
    }
    for finding in new.sorted(by: { $0.precedes($1) }) {
      if let place = olds[finding.fingerprint]?.firstIndex(where: { $0.objects == finding.objects })
      {
        keep(finding, place)
      } else {
        rest.append(finding)
      }
    }
    for finding in rest {
      if olds[finding.fingerprint]?.isEmpty == false {
        keep(finding, 0)
      } else {
        self.new.append(finding)
      }
    }
    kept.sort { $0.new.precedes($1.new) }
    gone = olds.values.flatMap(\.self).sorted { $0.precedes($1) }
  }

  /// Whether something is new, or surer than before, and at least as sure as `verdict`; where the time goes
  /// does not count.
  public func isWorse(atLeast verdict: Verdict) -> Bool {
    let worse = new + kept.filter(\.isSurer).map(\.new)
    return worse.contains { $0.verdict >= verdict && !$0.isOfPerformance }
  }
}
