import Runtime

/// The names that source code has for what compilers mangle.
enum Demangling {
  /// The demangled form of a Swift or C++ symbol; other names as they are.
  static func name(of symbol: String) -> String {
    SymbolicatedBacktrace.Symbol(
      imageIndex: 0, imageName: "", rawName: symbol, offset: 0, sourceLocation: nil
    ).name
  }
}
