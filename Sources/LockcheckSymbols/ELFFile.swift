import Glibc

/// What an ELF file says about itself: its build ID, where it wants to be loaded, and what its code and
/// data are called.
///
/// Reads 64-bit little-endian files, which is what Swift runs on under Linux. Nothing in the file is
/// believed without a look at its size.
struct ELFFile {
  /// What the linker put in to tell builds apart, in hexadecimal.
  private(set) var buildID: String?
  /// Whether it can only be loaded where it says, so that its addresses are those of the process.
  private(set) var isTiedToPlace = false
  /// The name of the file with the rest of its symbols, where it names one.
  private(set) var debugLink: String?
  /// Whether it has the table of all symbols, and not only those that other modules may use.
  private(set) var hasAllSymbols = false
  /// Whether it has files and lines.
  private(set) var hasLines = false

  let bytes: FileBytes
  /// The full table before the one that stripping leaves.
  private(set) var tables: [SymbolTable] = []
  /// Where in the file the code stands that is loaded, by segment.
  private(set) var code: [(start: UInt64, count: UInt64)] = []

  struct SymbolTable {
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
    isTiedToPlace = header.load(16, as: UInt16.self) == 2  // ET_EXEC
    try readSegments(
      at: header.load(32, as: UInt64.self), stride: header.load(54, as: UInt16.self),
      count: header.load(56, as: UInt16.self))
    try readSections(
      at: header.load(40, as: UInt64.self), stride: header.load(58, as: UInt16.self),
      count: header.load(60, as: UInt16.self), names: header.load(62, as: UInt16.self))
  }

  private mutating func readSegments(
    at start: UInt64, stride: UInt16, count: UInt16
  ) throws(SymbolWarning.Problem) {
    guard count > 0 else { return }
    guard stride >= 56 else { throw .unreadable("its program headers are damaged") }
    let headers = try bytes.read(at: start, count: UInt64(stride) * UInt64(count))
    for index in 0..<Int(count) {
      let base = index * Int(stride)
      let start = headers.load(base + 8, as: UInt64.self)
      let size = headers.load(base + 32, as: UInt64.self)
      switch headers.load(base, as: UInt32.self) {
      // PT_LOAD, to read and execute.
      case 1 where headers.load(base + 4, as: UInt32.self) & 5 == 5:
        code.append((start, size))
      // PT_NOTE.
      case 4 where buildID == nil: try readNotes(at: start, count: size)
      default: break
      }
    }
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
    at start: UInt64, stride: UInt16, count: UInt16, names: UInt16
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
        if wanted == 2 { hasAllSymbols = true }
      }
    }
    guard let strings = range(Int(names)) else { return }
    for index in 0..<Int(count) {
      let base = index * Int(stride)
      // What takes no room in the file is in another one.
      guard headers.load(base + 4, as: UInt32.self) == 1, let content = range(index) else {
        continue
      }
      let name = UInt64(headers.load(base, as: UInt32.self))
      switch try bytes.readString(at: strings.lowerBound &+ name, before: strings.upperBound) {
      case ".debug_line": hasLines = true
      case ".gnu_debuglink":
        let name = try bytes.readString(at: content.lowerBound, before: content.upperBound)
        if !name.isEmpty, !name.contains("/") { debugLink = name }
      default: break
      }
    }
  }
}

extension [UInt8] {
  /// The little-endian number at `offset`, which has to be in the array.
  func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
    precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count)
    return unsafe withUnsafeBytes { bytes in
      T(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
  }
}

extension Sequence<UInt8> {
  /// Two digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
