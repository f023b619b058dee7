import LockcheckFindings
import LockcheckSymbols

extension TraceAnalysis {
  /// Reads the names from the module files on this machine, where they are still the ones that ran.
  public static let symbols: Resolver = { tables, stacks in
    SymbolResolver().resolve(&tables, stacks: stacks).map { ReportWarning("\($0).") }
  }

  /// Leaves every frame as it is.
  public static let withoutSymbols: Resolver = { _, _ in [] }
}
