import Glibc

/// What an ELF file says about itself: its build ID, where it wants to be loaded, and which function
/// is where.
///
/// Reads 64-bit little-endian files, which is what Swift runs on under Linux. Nothing in the file is
/// believed without a look at its size.
struct ELFFile {
  /// What the linker put in to tell builds apart, in hexadecimal.
  private(set) var buildID: String?
  /// The address that the file gives to its first byte: 0 unless it is tied to one place.
  private(set) var loadAddress: UInt64 = 0

  private let bytes: FileBytes
  private var tables: [SymbolTable] = []

  private struct SymbolTable {
    var symbols: Range<UInt64>
    var strings: Range<UInt64>
  }

  /// Opens the file and reads its headers.
  init(path: String) throws(SymbolWarning.Problem) {
    bytes = try FileBytes(path: path)
    let header = try bytes.read(0..<64)
    guard header.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
      throw .unreadable("it is no ELF file")
    }
    guard header[4] == 2, header[5] == 1 else {
      throw .unreadable("it is no 64-bit little-endian ELF file")
    }
    try readSegments(
      at: header.load(32, as: UInt64.self), stride: header.load(54, as: UInt16.self),
      count: header.load(56, as: UInt16.self))
    try readSections(
      at: header.load(40, as: UInt64.self), stride: header.load(58, as: UInt16.self),
      count: header.load(60, as: UInt16.self))
  }

  /// The mangled name of the function around each address, by the file's own addresses; nil where
  /// the address is in no function that has a name.
  ///
  /// - Complexity: One pass over the symbol tables, times the logarithm of the addresses.
  func functions(at addresses: [UInt64]) throws(SymbolWarning.Problem) -> [String?] {
    let order = addresses.indices.sorted { addresses[$0] < addresses[$1] }
    let sorted = order.map { addresses[$0] }
    var best = [(size: UInt64, name: UInt64)?](repeating: nil, count: sorted.count)
    var names = [String?](repeating: nil, count: addresses.count)

    for table in tables {
      let symbols = try bytes.read(table.symbols)
      var isNew = [Bool](repeating: false, count: sorted.count)
      for offset in stride(from: 0, to: symbols.count - 23, by: 24) {
        let kind = symbols[offset + 4] & 0xf
        guard kind == 2 || kind == 10, symbols.load(offset + 6, as: UInt16.self) != 0 else {
          continue  // Neither a function nor an indirect one, or defined elsewhere.
        }
        let start = symbols.load(offset + 8, as: UInt64.self)
        let size = symbols.load(offset + 16, as: UInt64.self)
        let name = UInt64(symbols.load(offset, as: UInt32.self))
        var index = sorted.firstIndexAtLeast(start)
        while index < sorted.count, sorted[index] - start < size {
          // Of several names the tightest, then the first: the same in every run.
          if best[index].map({ size < $0.size }) ?? true {
            best[index] = (size, name)
            isNew[index] = true
          }
          index += 1
        }
      }
      for index in sorted.indices where isNew[index] {
        guard let name = best[index]?.name else { continue }
        names[order[index]] = try bytes.readString(
          at: table.strings.lowerBound &+ name, before: table.strings.upperBound)
      }
    }
    return names
  }

  private mutating func readSegments(
    at start: UInt64, stride: UInt16, count: UInt16
  ) throws(SymbolWarning.Problem) {
    guard count > 0 else { return }
    guard stride >= 56 else { throw .unreadable("its program headers are damaged") }
    let headers = try bytes.read(at: start, count: UInt64(stride) * UInt64(count))
    var lowest: UInt64?
    for index in 0..<Int(count) {
      let base = index * Int(stride)
      switch headers.load(base, as: UInt32.self) {
      case 1:  // PT_LOAD
        // The loader begins a segment at a page: a module starts where its first page does.
        let address = headers.load(base + 16, as: UInt64.self) & ~0xfff
        lowest = min(lowest ?? address, address)
      case 4 where buildID == nil:  // PT_NOTE
        try readNotes(
          at: headers.load(base + 8, as: UInt64.self),
          count: headers.load(base + 32, as: UInt64.self))
      default: break
      }
    }
    loadAddress = lowest ?? 0
  }

  private mutating func readNotes(at start: UInt64, count: UInt64) throws(SymbolWarning.Problem) {
    let notes = try bytes.read(at: start, count: count)
    var offset = 0
    while offset + 12 <= notes.count {
      let nameSize = Int(notes.load(offset, as: UInt32.self))
      let size = Int(notes.load(offset + 4, as: UInt32.self))
      let kind = notes.load(offset + 8, as: UInt32.self)
      let name = offset + 12
      let content = name + (nameSize + 3) & ~3
      guard content + size <= notes.count else { return }
      if kind == 3, notes[name..<name + nameSize].elementsEqual("GNU\0".utf8) {
        buildID = notes[content..<content + size].hexadecimal
        return
      }
      offset = content + (size + 3) & ~3
    }
  }

  private mutating func readSections(
    at start: UInt64, stride: UInt16, count: UInt16
  ) throws(SymbolWarning.Problem) {
    guard count > 0 else { return }
    guard stride >= 64 else { throw .unreadable("its section headers are damaged") }
    let headers = try bytes.read(at: start, count: UInt64(stride) * UInt64(count))
    func range(_ index: Int) -> Range<UInt64>? {
      guard index < Int(count) else { return nil }
      let start = headers.load(index * Int(stride) + 24, as: UInt64.self)
      let (end, overflow) = start.addingReportingOverflow(
        headers.load(index * Int(stride) + 32, as: UInt64.self))
      return overflow ? nil : start..<end
    }
    // The full table first, then the one that stripping leaves.
    for wanted: UInt32 in [2, 11] {
      for index in 0..<Int(count) {
        let base = index * Int(stride)
        guard headers.load(base + 4, as: UInt32.self) == wanted, let symbols = range(index),
          let strings = range(Int(headers.load(base + 40, as: UInt32.self)))
        else { continue }
        tables.append(SymbolTable(symbols: symbols, strings: strings))
      }
    }
  }
}

extension [UInt8] {
  /// The little-endian number at `offset`, which has to be in the array.
  fileprivate func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: T.Type
  ) -> T {
    precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count)
    return unsafe withUnsafeBytes { bytes in
      T(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
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
