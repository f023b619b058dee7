import LockcheckFindings
import LockcheckTrace

extension TraceAnalysis {
  /// Leaves every frame as it is.
  public static let withoutSymbols: Resolver = { _, _ in [] }
  public static let symbols: Resolver = withoutSymbols
}
