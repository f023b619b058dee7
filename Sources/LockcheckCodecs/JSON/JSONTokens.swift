/// Walks over JSON text in a buffer, token by token, and makes nothing of it but numbers and places.
///
/// Every method begins where ``at`` points and leaves it after what it has read. Running into ``end``
/// is ``TextStop/more``: the caller gets more text and begins the row again.
struct JSONTokens {
  /// The next byte.
  var at: Int
  /// One after the last byte at hand, where a zero stands.
  let end: Int
  /// A bit for each blank.
  private let blanks: UInt64

  /// Blank, tab, carriage return and line feed.
  static let everyBlank: UInt64 = 1 << 0x20 | 1 << 0x09 | 1 << 0x0D | 1 << 0x0A
  /// The same without the line feed, which ends a row of the line form.
  static let blanksInLine: UInt64 = 1 << 0x20 | 1 << 0x09 | 1 << 0x0D

  init(at: Int, end: Int, blanks: UInt64 = everyBlank) {
    self.at = at
    self.end = end
    self.blanks = blanks
  }
}

/// A string as it stands in the buffer, or in the scratch where it had escapes.
struct JSONString {
  var key: TextKey
  var isInScratch: Bool
  /// Where it begins in the buffer, for errors.
  var place: Int
}

extension JSONTokens {
  /// Passes over blanks.
  /// - Returns: The byte behind them.
  @inline(__always) mutating func peek(_ text: borrowing Span<UInt8>) -> UInt8 {
    while true {
      let byte = text[at]
      if byte > 0x20 || blanks &>> UInt64(byte) & 1 == 0 { return byte }
      at += 1
    }
  }

  /// Passes over blanks and the given byte.
  @inline(__always) mutating func expect(
    _ byte: UInt8, _ text: borrowing Span<UInt8>, _ what: StaticString
  ) throws(TextStop) {
    guard peek(text) == byte else { throw unexpected(text, "\(what)") }
    at += 1
  }

  /// After a member or element: passes over a comma, or the closing bracket.
  /// - Returns: Whether there is another.
  @inline(__always) mutating func hasAnother(
    before close: UInt8, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> Bool {
    let byte = peek(text)
    guard byte == UInt8(ascii: ",") || byte == close else {
      throw unexpected(text, "','", close == UInt8(ascii: "}") ? "'}'" : "']'")
    }
    at += 1
    return byte != close
  }

  /// After an opening bracket: passes over the closing one where nothing is in between.
  @inline(__always) mutating func isEmpty(
    _ close: UInt8, _ text: borrowing Span<UInt8>
  ) -> Bool {
    guard peek(text) == close else { return false }
    at += 1
    return true
  }

  /// Passes over an opening bracket.
  mutating func openArray(
    _ text: borrowing Span<UInt8>, _ what: StaticString
  ) throws(TextStop) {
    guard peek(text) == UInt8(ascii: "[") else {
      if at >= end { throw .more }
      throw invalid(text, at: at, "not an array", expected: ["\(what)"])
    }
    at += 1
  }

  /// What stands at ``at`` is not what has to stand there.
  @inline(never) func unexpected(
    _ text: borrowing Span<UInt8>, _ expected: String...
  ) -> TextStop {
    if at >= end { return .more }
    return .fault(
      TextFault(
        index: at, code: .syntax, message: "not what the grammar allows here",
        found: snippet(text, at), expected: expected))
  }

  /// A value that its place does not allow.
  @inline(never) func invalid(
    _ text: borrowing Span<UInt8>, at place: Int, _ message: String, expected: [String],
    code: TraceCodingError.Code = .invalidValue
  ) -> TextStop {
    .fault(
      TextFault(
        index: place, code: code, message: message, found: snippet(text, place),
        expected: expected))
  }

  /// How many bytes of a token an error shows, and the quote before them.
  static let longestSnippet = 41

  /// The token at `place` as an error shows it: without the quotes, and not too long.
  func snippet(_ text: borrowing Span<UInt8>, _ place: Int) -> String {
    var bytes: [UInt8] = []
    var next = place
    let isString = text[place] == UInt8(ascii: "\"")
    if isString { next += 1 }
    while next < end, bytes.count < Self.longestSnippet - 1 {
      let byte = text[next]
      if isString ? byte == UInt8(ascii: "\"") : Self.endsWord(byte) { break }
      if byte < 0x20 || byte == 0x7F { break }
      bytes.append(byte)
      next += 1
    }
    if bytes.isEmpty, !isString, next < end {
      let byte = text[next]
      if byte == 0x0A || byte == 0x0D { return "end of line" }
      if byte < 0x20 || byte == 0x7F {
        return "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""), 0x20:
      true
    default: false
    }
  }
}

// MARK: - Numbers and words

extension JSONTokens {
  /// A whole number from 0 to `limit`.
  @inline(__always) mutating func unsigned(
    _ text: borrowing Span<UInt8>, to limit: UInt64 = .max - 1
  ) throws(TextStop) -> UInt64 {
    let first = peek(text)
    let start = at
    var value = UInt64(first &- 0x30)
    guard value < 10 else { throw notUnsigned(text, limit) }
    at += 1
    while true {
      let digit = UInt64(text[at] &- 0x30)
      guard digit < 10 else { break }
      // Nineteen digits always fit; what is longer is looked at again.
      value = value &* 10 &+ digit
      at += 1
    }
    if at - start > 18 { value = try long(text, from: start, limit: limit) }
    guard value <= limit else { throw outOfRange(text, start, limit) }
    try endNumber(text, from: start, first: first)
    return value
  }

  /// A whole number, negative or not.
  @inline(__always) mutating func signed(_ text: borrowing Span<UInt8>) throws(TextStop) -> Int64 {
    guard peek(text) == UInt8(ascii: "-") else {
      return Int64(truncatingIfNeeded: try unsigned(text, to: UInt64(Int64.max)))
    }
    let start = at
    at += 1
    guard text[at] &- 0x30 < 10 else { throw unexpected(text, "a digit") }
    let value: UInt64
    do throws(TextStop) {
      value = try unsigned(text, to: UInt64(Int64.max) + 1)
    } catch .fault(var fault) {
      fault.index = start
      fault.found = snippet(text, start)
      throw .fault(fault)
    }
    return Int64(truncatingIfNeeded: 0 &- value)
  }

  @inline(__always) private func endNumber(
    _ text: borrowing Span<UInt8>, from start: Int, first: UInt8
  ) throws(TextStop) {
    let next = text[at]
    // What most often follows a number is told apart by one comparison.
    if next == UInt8(ascii: ",") || next == UInt8(ascii: "}"), first != 0x30 || at - start == 1 {
      return
    }
    if at >= end { throw .more }
    if first == 0x30, at - start > 1 {
      throw invalid(text, at: start, "a number that starts with 0", expected: [], code: .syntax)
    }
    switch next {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      throw invalid(text, at: start, "not a whole number", expected: ["a whole number"])
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: break
    default: throw unexpected(text, "','", "'}'", "']'")
    }
  }

  @inline(never) private func long(
    _ text: borrowing Span<UInt8>, from start: Int, limit: UInt64
  ) throws(TextStop) -> UInt64 {
    var value: UInt64 = 0
    for index in start..<at {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = product.addingReportingOverflow(UInt64(text[index] - 0x30))
      if isTooLarge || isOver { throw outOfRange(text, start, limit) }
      value = sum
    }
    return value
  }

  @inline(never) private func outOfRange(
    _ text: borrowing Span<UInt8>, _ start: Int, _ limit: UInt64
  ) -> TextStop {
    invalid(
      text, at: start, "a number that is too large", expected: ["a whole number up to \(limit)"])
  }

  @inline(never) private func notUnsigned(
    _ text: borrowing Span<UInt8>, _ limit: UInt64
  ) -> TextStop {
    if at >= end { return .more }
    if text[at] == UInt8(ascii: "-"), at + 1 >= end { return .more }
    let isNegative = text[at] == UInt8(ascii: "-")
    return invalid(
      text, at: at, isNegative ? "a negative number" : "not a number",
      expected: ["a whole number from 0"])
  }

  /// `true` or `false`.
  @inline(__always) mutating func boolean(_ text: borrowing Span<UInt8>) throws(TextStop) -> Bool {
    let isTrue = peek(text) == UInt8(ascii: "t")
    guard try word(text, isTrue ? "true" : "false") else {
      throw invalid(text, at: at, "not a truth value", expected: ["true", "false"])
    }
    return isTrue
  }

  /// Passes over a fixed word.
  /// - Returns: False where something else stands there.
  mutating func word(_ text: borrowing Span<UInt8>, _ word: StaticString) throws(TextStop) -> Bool {
    for index in 0..<word.utf8CodeUnitCount {
      if at + index >= end { throw .more }
      let byte = unsafe word.utf8Start[index]
      guard text[at + index] == byte else { return false }
    }
    at += word.utf8CodeUnitCount
    return true
  }
}
