/// A form in which a trace is kept.
public enum TraceFormat: String, Sendable, Hashable, CaseIterable {
  /// One JSON document.
  case json
  /// A JSON header and one JSON row a line.
  case ndjson
  /// `THREAD|OP(NAME)|LOCATION`.
  case std
  /// The recorder's own form.
  case binary

  /// What a binary trace starts with.
  public static let binaryMagic: [UInt8] = Array("LCTRACE".utf8) + [0x01]

  /// How many bytes from the start are enough to recognise a trace.
  public static let prefixLength = 1 << 18

  /// The form that a file name's last part stands for: `json`, `ndjson`, `jsonl`, `std`, `lct`.
  public init?(pathExtension: String) {
    switch pathExtension.lowercased() {
    case "json": self = .json
    case "ndjson", "jsonl": self = .ndjson
    case "std": self = .std
    case "lct", "lctrace", "bin": self = .binary
    default: return nil
    }
  }

  /// Recognises the form of a trace by how it starts.
  ///
  /// - Parameters:
  ///   - prefix: The first ``prefixLength`` bytes, or all there are.
  ///   - isWhole: Whether there are no more.
  ///   - pathExtension: Decides only where the content says nothing: a header alone is a line form
  ///     without events in a file of that name, and elsewhere a document that lacks them.
  /// - Throws: ``TraceCodingError/Code/empty`` and ``TraceCodingError/Code/unknownFormat``.
  public init(
    recognizing prefix: [UInt8], isWhole: Bool, pathExtension: String? = nil
  ) throws(TraceCodingError) {
    if prefix.starts(with: Self.binaryMagic) {
      self = .binary
      return
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = prefix.starts(with: mark) ? 3 : 0
    guard let first = prefix[start...].firstIndex(where: { !Self.blanks.contains($0) }) else {
      throw TraceCodingError(
        .empty, at: .line(1, column: 1), "an empty trace", expected: ["a header"])
    }
    if prefix[first] == UInt8(ascii: "{") {
      self = Self.jsonForm(prefix, from: first, named: pathExtension)
    } else if isWhole, Self.binaryMagic.starts(with: prefix) {
      throw TraceCodingError(
        .truncated, at: .offset(UInt64(prefix.count)), "a binary trace that ends in its first bytes"
      )
    } else if Self.hasSTDLine(prefix[first...]) {
      self = .std
    } else {
      throw TraceCodingError(
        .unknownFormat, at: .line(1, column: 1), "not a trace",
        found: String(decoding: prefix[first...].prefix { $0 >= 0x20 }.prefix(30), as: UTF8.self),
        expected: ["JSON", "NDJSON", "STD text", "a binary trace"])
    }
  }

  private static let blanks: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]

  /// Whether what starts with an object is a document or the line form: the line form's first object
  /// has no events, and more follows it.
  private static func jsonForm(
    _ prefix: [UInt8], from first: Int, named pathExtension: String?
  ) -> TraceFormat {
    let padded = prefix + [UInt8](repeating: 0, count: TextInput.padding)
    var tokens = JSONTokens(at: first, end: prefix.count)
    var reader = JSONReader()
    var names: Set<String> = []
    do throws(TextStop) {
      tokens.at += 1
      if !tokens.isEmpty(UInt8(ascii: "}"), padded.span) {
        repeat {
          let name = try reader.name(&tokens, padded.span)
          names.insert(try tokens.make(name, padded.span, scratch: reader.scratch))
          try reader.skip(&tokens, padded.span)
        } while try tokens.hasAnother(before: UInt8(ascii: "}"), padded.span)
      }
    } catch {
      return names.contains("type") ? .ndjson : .json
    }
    if names.contains("events") { return .json }
    if names.contains("type") { return .ndjson }
    let isFollowed = padded[tokens.at..<prefix.count].contains { !blanks.contains($0) }
    if isFollowed { return .ndjson }
    return pathExtension.flatMap(TraceFormat.init(pathExtension:)) == .ndjson ? .ndjson : .json
  }

  /// Whether a line is one of STD: a bar, and a word of STD behind it.
  private static func hasSTDLine(_ text: ArraySlice<UInt8>) -> Bool {
    let words = Set(STDWord.allCases.map { Array($0.rawValue.utf8) })
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: true) {
      guard let bar = line.firstIndex(of: UInt8(ascii: "|")) else { continue }
      let rest = line[(bar + 1)...].drop { $0 == 0x20 }
      if words.contains(Array(rest.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A })) {
        return true
      }
    }
    // A first line with two bars is meant to be one, whatever its operation.
    let first = text.prefix { $0 != 0x0A }
    return first.count { $0 == UInt8(ascii: "|") } >= 2
      && first.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0D }
  }
}
