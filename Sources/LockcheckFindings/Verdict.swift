/// How sure a finding is: three different promises.
public enum Verdict: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The pattern is there, and nothing proves or refutes it.
  case possible
  /// It did not happen, but a correct reordering of the same run makes it happen.
  case predicted
  /// It happened in this run.
  case observed

  private var rank: Int {
    switch self {
    case .possible: 0
    case .predicted: 1
    case .observed: 2
    }
  }

  /// A weaker promise comes before a stronger one.
  public static func < (lhs: Verdict, rhs: Verdict) -> Bool { lhs.rank < rhs.rank }
}
