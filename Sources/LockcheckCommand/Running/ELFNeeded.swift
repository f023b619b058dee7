/// The libraries that a program names as those it needs.
struct ELFNeeded {
  private(set) var libraries: [String] = []

  private static let loaded = 1
  private static let dynamic = 2
  private static let neededTag = 1
  private static let namesTag = 5

  /// Reads them from the file at `path`; none where it does not say.
  ///
  /// - Parameters:
  ///   - headers: The headers of its segments.
  ///   - size: The bytes of each.
  init(_ headers: [UInt8], size: Int, of path: String) {
    let starts = Array(stride(from: 0, to: headers.count, by: size))
    guard let section = starts.first(where: { ELFHeader.number(headers, $0, 4) == Self.dynamic }),
      let entries = FilePrefix.read(
        path, min(ELFHeader.number(headers, section + 32, 8), 1 << 16),
        at: UInt64(ELFHeader.number(headers, section + 8, 8)))
    else { return }
    var names: Int?
    var needed: [Int] = []
    for entry in stride(from: 0, to: entries.count - 15, by: 16) {
      let value = ELFHeader.number(entries, entry + 8, 8)
      switch ELFHeader.number(entries, entry, 8) {
      case Self.neededTag: needed.append(value)
      case Self.namesTag: names = Self.place(of: value, in: headers, starts)
      default: break
      }
    }
    guard let names else { return }
    libraries = needed.compactMap { offset in
      let (place, isTooFar) = names.addingReportingOverflow(offset)
      guard !isTooFar, let text = FilePrefix.read(path, 256, at: UInt64(place)) else { return nil }
      return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Where in the file stands what has this address in memory.
  private static func place(of address: Int, in headers: [UInt8], _ starts: [Int]) -> Int? {
    for start in starts where ELFHeader.number(headers, start, 4) == loaded {
      let low = ELFHeader.number(headers, start + 16, 8)
      guard address >= low, address - low < ELFHeader.number(headers, start + 32, 8) else {
        continue
      }
      let (place, isTooFar) = ELFHeader.number(headers, start + 8, 8)
        .addingReportingOverflow(address - low)
      return isTooFar ? nil : place
    }
    return nil
  }
}
