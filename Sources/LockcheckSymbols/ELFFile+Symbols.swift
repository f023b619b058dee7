/// A name in the table of a module, and where what it names begins.
struct FoundSymbol: Hashable {
  /// As the compiler mangled it.
  var name: String
  /// By the file's own addresses.
  var start: UInt64
}

extension ELFFile {
  /// What is looked for: code or static data.
  enum SymbolSort {
    case code, data

    /// By the kind that a symbol table has for it.
    func includes(_ kind: UInt8) -> Bool {
      switch self {
      // A function, or one that is chosen as the program starts.
      case .code: kind == 2 || kind == 10
      // An object, or one that the linker made room for.
      case .data: kind == 1 || kind == 5
      }
    }
  }

  /// What stands around each address, by the file's own addresses; nil where nothing does that has a
  /// name and a size.
  ///
  /// - Complexity: One pass over the symbol tables, times the logarithm of the addresses.
  func symbols(
    at addresses: [UInt64], _ sort: SymbolSort
  ) throws(SymbolWarning.Problem) -> [FoundSymbol?] {
    let order = addresses.indices.sorted { addresses[$0] < addresses[$1] }
    let sorted = order.map { addresses[$0] }
    var best = [Candidate?](repeating: nil, count: sorted.count)
    for place in tables.indices {
      let symbols = try bytes.read(tables[place].symbols)
      for offset in stride(from: 0, to: symbols.count - 23, by: 24) {
        guard sort.includes(symbols[offset + 4] & 0xf),
          symbols.load(offset + 6, as: UInt16.self) != 0  // Defined elsewhere.
        else { continue }
        let start = symbols.load(offset + 8, as: UInt64.self)
        let size = symbols.load(offset + 16, as: UInt64.self)
        var index = sorted.firstIndexAtLeast(start)
        while index < sorted.count, sorted[index] - start < size {
          // Of several names the tightest, then one that others know, then the first: the same in
          // every run.
          let isLocal = symbols[offset + 4] >> 4 == 0
          let isBetter =
            best[index].map { size < $0.size || size == $0.size && $0.isLocal && !isLocal } ?? true
          if isBetter {
            let name = UInt64(symbols.load(offset, as: UInt32.self))
            best[index] = Candidate(
              table: place, name: name, start: start, size: size, isLocal: isLocal)
          }
          index += 1
        }
      }
    }
    return try names(of: best, in: order)
  }

  private struct Candidate {
    var table: Int
    var name: UInt64
    var start: UInt64
    var size: UInt64
    var isLocal: Bool
  }

  /// Reads each name once: many addresses are in one function.
  private func names(
    of best: [Candidate?], in order: [Int]
  ) throws(SymbolWarning.Problem) -> [FoundSymbol?] {
    var found = [FoundSymbol?](repeating: nil, count: best.count)
    var last: (candidate: Candidate, name: String)?
    for index in best.indices {
      guard let candidate = best[index] else { continue }
      if last?.candidate.name != candidate.name || last?.candidate.table != candidate.table {
        let strings = tables[candidate.table].strings
        let name = try bytes.readString(
          at: strings.lowerBound &+ candidate.name, before: strings.upperBound)
        last = (candidate, name)
      }
      if let name = last?.name, !name.isEmpty {
        found[order[index]] = FoundSymbol(name: name, start: candidate.start)
      }
    }
    return found
  }
}

extension ELFFile {
  /// What tells its builds apart, in hexadecimal: the build ID, or without one a check of the code.
  var identity: String? {
    get throws(SymbolWarning.Problem) {
      if let buildID { return buildID }
      return try codeCheck()
    }
  }

  /// A check of the code, by which a recorder tells builds apart into which the linker put no build ID:
  /// 16 hexadecimal digits. `Docs/trace-format-binary.md` describes it.
  ///
  /// - Returns: Nil where there is no code.
  /// - Complexity: Reads all code.
  func codeCheck() throws(SymbolWarning.Problem) -> String? {
    var sum: UInt64 = 0
    for segment in code {
      sum = Self.mix(sum, segment.count)
      var at: UInt64 = 0
      while at < segment.count {
        let piece = try bytes.read(
          at: segment.start &+ at, count: min(1 << 20, segment.count - at))
        sum = Self.mix(sum, piece)
        at += UInt64(piece.count)
      }
    }
    guard sum != 0 else { return nil }
    return (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }.hexadecimal
  }

  private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    let product = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
    return product ^ (product >> 32)
  }

  private static func mix(_ sum: UInt64, _ bytes: [UInt8]) -> UInt64 {
    var sum = sum
    var at = 0
    while at &+ 8 <= bytes.count {
      sum = mix(sum, bytes.load(at, as: UInt64.self))
      at &+= 8
    }
    guard at < bytes.count else { return sum }
    var word: UInt64 = 0
    for index in at..<bytes.count { word |= UInt64(bytes[index]) << UInt64((index - at) * 8) }
    return mix(sum, word)
  }
}

extension [UInt64] {
  /// Where the first element that is not below `bound` stands, in an array that is sorted.
  fileprivate func firstIndexAtLeast(_ bound: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
