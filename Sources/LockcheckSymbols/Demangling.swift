import Runtime

/// The names that source code has for what compilers mangle.
enum Demangling {
  /// The demangled form of a Swift or C++ symbol; other names as they are.
  static func name(of symbol: String) -> String {
    let name = SymbolicatedBacktrace.Symbol(
      imageIndex: 0, imageName: "", rawName: symbol, offset: 0, sourceLocation: nil
    ).name
    // A closure outside of any function is said to be in its module, whose name is left out.
    return name.hasSuffix(" in ") ? name + "top-level code" : name
  }
}
