/// A program or library as it was when the trace was made.
struct Module: Hashable, Comparable {
  let path: String
  let buildID: String?

  /// Whether it came with the system: such libraries are stripped everywhere, and nobody wants to hear
  /// so about the frame that starts a thread.
  var isPartOfSystem: Bool {
    ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"].contains { path.hasPrefix($0) }
  }

  static func < (lhs: Module, rhs: Module) -> Bool {
    (lhs.path, lhs.buildID ?? "") < (rhs.path, rhs.buildID ?? "")
  }

  /// A place in it, as a trace tells it.
  struct Address {
    /// In the process.
    var address: UInt64?
    /// Less what the loader added.
    var offset: UInt64
  }

  /// Its file, if that is the build that ran, with what else is known about it elsewhere.
  func open() throws(SymbolWarning.Problem) -> OpenModule {
    let file = try ELFFile(path: path)
    guard let buildID = buildID?.lowercased() else { throw .noBuildID }
    guard let found = try file.identity else { throw .noBuildID }
    guard found == buildID else { throw .rebuilt(expected: buildID, found: found) }
    let isWhole = file.hasAllSymbols && file.hasLines
    let debug = isWhole ? nil : DebugFiles.find(for: file, at: path)
    return OpenModule(path: path, file: file, debug: debug)
  }
}

/// A module whose files have been found to be the ones that ran.
struct OpenModule {
  let path: String
  let file: ELFFile
  /// What was taken out of it, where that is on this machine.
  let debug: (path: String, file: ELFFile)?

  /// Whether anything tells files and lines.
  var hasLines: Bool { file.hasLines || debug?.file.hasLines == true }

  /// What code is called: the innermost inlined call first, the function itself last; nothing where that
  /// cannot be told.
  ///
  /// - Parameter places: Places within the calls.
  func code(
    at places: [Module.Address], _ lineReaders: [any LineReader]
  ) throws(SymbolWarning.Problem) -> [[SourcePlace]] {
    let addresses = places.map(fileAddress)
    let symbols = try symbols(at: addresses, .code)
    // Only what our own table knows the size of: a reader of debug information gives an address that
    // is in no function the name of the function before.
    let known = zip(addresses, symbols).filter { $0.1 != nil }.map(\.0)
    var lines: [[SourcePlace]] = []
    if !known.isEmpty, hasLines {
      let source = file.hasLines ? path : debug?.path ?? path
      lines = lineReaders.lazy.compactMap { $0.places(at: known, in: source) }.first ?? []
    }
    var found = lines.makeIterator()
    var names: [String: String] = [:]
    return symbols.map { symbol in
      guard let symbol else { return [] }
      var places = found.next() ?? [SourcePlace()]
      let name = names[symbol.name] ?? Demangling.name(of: symbol.name)
      names[symbol.name] = name
      places[places.count - 1].function = name
      return places
    }
  }

  /// What static data is called: `cache`, `cache+0x10`; nil where it has no name.
  func data(at places: [Module.Address]) throws(SymbolWarning.Problem) -> [String?] {
    let addresses = places.map(fileAddress)
    return zip(addresses, try symbols(at: addresses, .data)).map { address, symbol in
      guard let symbol else { return nil }
      let name = Demangling.nameOfData(symbol.name)
      let offset = address - symbol.start
      return offset == 0 ? name : "\(name)+0x\(String(offset, radix: 16))"
    }
  }

  private func symbols(
    at addresses: [UInt64], _ sort: ELFFile.SymbolSort
  ) throws(SymbolWarning.Problem) -> [FoundSymbol?] {
    if let debug, debug.file.hasAllSymbols, !file.hasAllSymbols {
      return try debug.file.symbols(at: addresses, sort)
    }
    return try file.symbols(at: addresses, sort)
  }

  /// The address that the file itself gives to a place.
  private func fileAddress(_ place: Module.Address) -> UInt64 {
    file.isTiedToPlace ? place.address ?? place.offset : place.offset
  }
}
