import LockcheckAnalysis
public import LockcheckFindings

extension TraceAnalysis {
  /// Looks for who is stuck at the end of a trace, and for no schedule: in one pass, so that the answer
  /// is soon there.
  public static func ofHang(suppressions: Suppressions = Suppressions()) -> TraceAnalysis {
    TraceAnalysis(
      rules: Rule.all.filter { $0.kind == .deadlock }, engine: .streaming, byClass: false,
      suppressions: suppressions)
  }
}
