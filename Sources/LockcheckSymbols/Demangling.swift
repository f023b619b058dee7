import Runtime

/// The names that source code has for what compilers mangle.
enum Demangling {
  /// The demangled form of a Swift, C++ or Rust symbol; other names as they are. What compilers add to
  /// tell copies of one function apart is left out.
  static func name(of symbol: String) -> String {
    let symbol = withoutCopyMark(symbol)
    if let name = RustNames.name(of: symbol) { return name }
    let name = SymbolicatedBacktrace.Symbol(
      imageIndex: 0, imageName: "", rawName: symbol, offset: 0, sourceLocation: nil
    ).name
    // A closure outside of any function is said to be in its module, whose name is left out.
    return name.hasSuffix(" in ") ? name + "top-level code" : name
  }

  /// The same for static data, without its type.
  static func nameOfData(_ symbol: String) -> String {
    let name = name(of: symbol)
    guard symbol.hasPrefix("$s"), let colon = name.firstIndex(of: ":") else { return name }
    return String(name[..<colon].reversed().drop { $0 == " " }.reversed())
  }

  /// `f.part.0`, `f.constprop.0.isra.0`, `f.cold` and the static variable `count.1` are `f` and `count`: the
  /// numbers change from build to build.
  private static func withoutCopyMark(_ full: String) -> String {
    // `qsort@@GLIBC_2.2.5`: the version says nothing to a reader.
    let version = full.firstIndex(of: "@") ?? full.endIndex
    let symbol = version == full.startIndex ? full : String(full[..<version])
    guard let dot = symbol.firstIndex(of: "."), dot != symbol.startIndex else { return symbol }
    let marks = symbol[dot...].split(separator: ".")
    let isMark = marks.allSatisfy { mark in
      copyMarks.contains(String(mark)) || mark.allSatisfy { $0.isNumber }
    }
    return isMark ? String(symbol[..<dot]) : symbol
  }

  private static let copyMarks: Set<String> = [
    "part", "isra", "constprop", "cold", "lto_priv", "llvm", "resume", "warm", "unlikely",
  ]
}
