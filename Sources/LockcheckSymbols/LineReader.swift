/// Something that finds files, lines and inlined calls in a module's debug information.
protocol LineReader: Sendable {
  /// Looks up the code at `addresses`, by the addresses that the file at `path` gives itself.
  ///
  /// - Returns: For each address the innermost inlined call first, the function itself last, with
  ///   whatever is known of each. Nil where this reader cannot be used here.
  func places(at addresses: [UInt64], in path: String) -> [[SourcePlace]]?
}

/// A function, and where in the source.
struct SourcePlace: Sendable, Hashable {
  /// The function, demangled.
  var function: String?
  /// The file, as the compiler was given it.
  var file: String?
  /// The line, from 1.
  var line: Int?

  /// Makes a place, leaving out what compilers write where there is nothing to say.
  init(symbol: String? = nil, file: String? = nil, line: Int = 0) {
    if let symbol, !["", "??", "<unknown>"].contains(symbol) {
      function = Demangling.name(of: symbol)
    }
    if let file, line > 0, !file.hasSuffix("<compiler-generated>") {
      self.file = file
      self.line = line
    }
  }
}
