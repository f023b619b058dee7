import LockcheckFindings
import LockcheckSymbols
import LockcheckTrace

extension TraceAnalysis {
  /// Reads the names of functions and of static data from the module files on this machine, where they are still the ones that ran.
  ///
  /// That the system's own libraries keep their names to themselves is not worth a warning: no report
  /// begins there.
  public static let symbols: Resolver = { tables, stacks, objects in
    SymbolResolver().resolve(&tables, stacks: stacks, objects: objects)
      .filter { !Frame(function: "?", module: $0.module).isForeign }
      .map { ReportWarning("\($0).") }
  }

  /// Leaves every frame as it is.
  public static let withoutSymbols: Resolver = { _, _, _ in [] }
}
