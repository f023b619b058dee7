/// What came of steering the program itself into what was predicted of it.
///
/// Filled in by whoever ran the program; no analysis ever does.
public struct ReportedConfirmation: Sendable, Hashable {
  /// Whether the prediction came true. There is no answer that says it cannot.
  public enum Answer: String, Sendable, Hashable, CaseIterable {
    /// It did.
    case confirmed
    /// It did not, in so many tries: which proves nothing.
    case notConfirmed = "not confirmed"
    /// There was no way to try: see ``ReportedConfirmation/reason``.
    case notTried = "not tried"
  }

  /// How far a schedule was followed.
  public struct Progress: Sendable, Hashable, Comparable {
    /// How many steps were taken.
    public var followed: Int
    /// How many there are.
    public var steps: Int

    /// Describes a progress.
    public init(followed: Int, steps: Int) {
      self.followed = followed
      self.steps = steps
    }

    /// Whether less was followed.
    public static func < (a: Progress, b: Progress) -> Bool { a.followed < b.followed }
  }

  /// How tries ended, and how many of them.
  public struct Ending: Sendable, Hashable {
    /// The outcome in a word, as the program names it; or `out of time`, `crashed`, `no result`.
    public var name: String
    /// How many tries ended so.
    public var count: Int

    /// Describes how tries ended.
    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// Whether the prediction came true.
  public var answer: Answer
  /// How often the program was run.
  public var tries: Int
  /// What replays the run in which it did; nil in all others.
  public var token: String?
  /// The program and its arguments.
  public var program: [String]
  /// The best of the tries in which it did not come true; nil where no program said how far it came.
  public var best: Progress?
  /// How those tries ended, the most frequent ending first.
  public var endings: [Ending]
  /// Why nothing was tried; nil where something was.
  public var reason: String?

  /// Makes an answer.
  public init(
    _ answer: Answer, tries: Int = 0, token: String? = nil, program: [String] = [],
    best: Progress? = nil, endings: [Ending] = [], reason: String? = nil
  ) {
    self.answer = answer
    self.tries = tries
    self.token = token
    self.program = program
    self.best = best
    self.endings = endings
    self.reason = reason
  }
}

extension Report {
  /// The same report with what came of trying its predictions: those that came true stand before the other
  /// predicted ones.
  ///
  /// - Parameter confirm: What came of it; nil where a finding was not asked about.
  /// - Complexity: Linear in the findings.
  public func confirmed(
    by confirm: (ReportedFinding) throws -> ReportedConfirmation?
  ) rethrows -> Report {
    var report = self
    for place in findings.indices {
      report.findings[place].confirmation = try confirm(findings[place])
    }
    // All predicted findings stand together: within them the order is kept.
    let rank = { (reported: ReportedFinding) in
      reported.confirmation?.answer == .confirmed ? 0 : 1
    }
    let order = report.findings.indices.sorted { a, b in
      let (one, other) = (report.findings[a], report.findings[b])
      guard one.finding.verdict == other.finding.verdict, rank(one) != rank(other) else {
        return a < b
      }
      return rank(one) < rank(other)
    }
    report.findings = order.map { report.findings[$0] }
    return report
  }
}
