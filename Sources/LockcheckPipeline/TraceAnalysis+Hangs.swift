import LockcheckAnalysis
import LockcheckFindings

extension TraceAnalysis {
  /// Looks for who is stuck at the end of a trace, and for no schedule: in one pass, so that the answer
  /// is soon there.
  ///
  /// - Parameter names: Whether the report will be shown, with names of functions.
  public static func ofHang(names: Bool = true) -> TraceAnalysis {
    TraceAnalysis(
      rules: Rule.all.filter { $0.kind == .deadlock }, engine: .streaming, byClass: false,
      resolver: names ? symbols : withoutSymbols)
  }
}
