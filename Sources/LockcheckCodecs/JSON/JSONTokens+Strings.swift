extension JSONTokens {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// A bit at the top of the first byte that is a quote, a backslash or a control character; bits
  /// above it mean nothing.
  @inline(__always) private static func stops(in word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    return
      ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
      | (word &- ones &* 0x20) & ~word) & tops
  }

  /// Moves to the next quote, backslash or control character, eight bytes at a time.
  @inline(__always) private mutating func findStop(_ text: borrowing Span<UInt8>) {
    while true {
      let stops = Self.stops(in: TextKey.word(text, at: at, length: 8))
      if stops != 0 {
        at += stops.trailingZeroBitCount >> 3
        return
      }
      at += 8
    }
  }

  /// A string of at most seven bytes without escapes, as a number: see ``EventMember``.
  ///
  /// - Returns: Nil, with nothing passed over, where something else stands there.
  @inline(__always) mutating func short(_ text: borrowing Span<UInt8>) -> UInt64? {
    guard peek(text) == UInt8(ascii: "\"") else { return nil }
    let word = TextKey.word(text, at: at + 1, length: 8)
    let stops = Self.stops(in: word)
    guard stops != 0 else { return nil }
    let bits = UInt64(truncatingIfNeeded: stops.trailingZeroBitCount & ~7)
    guard word &>> bits & 0xFF == 0x22 else { return nil }
    at += Int(truncatingIfNeeded: bits >> 3) + 2
    return word & (1 &<< bits &- 1)
  }

  /// A string. Bytes are not looked at beyond finding its end: whoever keeps it makes sure that it is
  /// UTF-8.
  @inline(__always) mutating func string(
    _ text: borrowing Span<UInt8>, scratch: inout [UInt8], _ what: StaticString
  ) throws(TextStop) -> JSONString {
    guard peek(text) == UInt8(ascii: "\"") else { throw notString(text, what) }
    let place = at
    at += 1
    findStop(text)
    guard text[at] == UInt8(ascii: "\"") else {
      at = place
      return try escaped(text, scratch: &scratch)
    }
    let start = place + 1
    let key = TextKey(text, from: start, length: at - start)
    at += 1
    return JSONString(key: key, isInScratch: false, place: place)
  }

  @inline(never) private func notString(
    _ text: borrowing Span<UInt8>, _ what: StaticString
  ) -> TextStop {
    if at >= end { return .more }
    return invalid(text, at: at, "not a string", expected: ["\(what)"])
  }

  /// A string with escapes, written out in the scratch.
  @inline(never) private mutating func escaped(
    _ text: borrowing Span<UInt8>, scratch: inout [UInt8]
  ) throws(TextStop) -> JSONString {
    let place = at
    at += 1
    scratch.removeAll(keepingCapacity: true)
    while true {
      let start = at
      findStop(text)
      if at > start { for index in start..<min(at, end) { scratch.append(text[index]) } }
      let byte = text[at]
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else {
        if at >= end { throw .more }
        throw .fault(
          TextFault(
            index: at, code: .syntax, message: "a control character in a string",
            found: snippet(text, at), expected: ["'\"' to end it, or an escape"]))
      }
      try escape(text, into: &scratch)
    }
    at += 1
    let length = scratch.count
    scratch.append(contentsOf: repeatElement(0, count: TextInput.padding))
    let key = TextKey(scratch.span, from: 0, length: length)
    return JSONString(key: key, isInScratch: true, place: place)
  }

  /// Reads one escape and appends the bytes it stands for.
  private mutating func escape(
    _ text: borrowing Span<UInt8>, into bytes: inout [UInt8]
  ) throws(TextStop) {
    if at + 1 >= end { throw .more }
    let start = at
    at += 2
    switch text[start + 1] {
    case UInt8(ascii: "\""): bytes.append(0x22)
    case UInt8(ascii: "\\"): bytes.append(0x5C)
    case UInt8(ascii: "/"): bytes.append(0x2F)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try codeUnit(text, escapeAt: start)
      if unit & 0xFC00 == 0xD800 {
        if at + 1 >= end { throw .more }
        guard text[at] == UInt8(ascii: "\\"), text[at + 1] == UInt8(ascii: "u") else {
          throw loneSurrogate(text, start)
        }
        at += 2
        let low = try codeUnit(text, escapeAt: at - 2)
        guard low & 0xFC00 == 0xDC00 else { throw loneSurrogate(text, start) }
        unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(unit) else { throw loneSurrogate(text, start) }
      bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default:
      throw invalid(
        text, at: start, "an escape that JSON does not have",
        expected: [#"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u"#],
        code: .syntax)
    }
  }

  private mutating func codeUnit(
    _ text: borrowing Span<UInt8>, escapeAt start: Int
  ) throws(TextStop) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let byte = text[at]
      switch byte {
      case 0x30...0x39: unit = unit << 4 + UInt32(byte - 0x30)
      case 0x41...0x46: unit = unit << 4 + UInt32(byte - 0x37)
      case 0x61...0x66: unit = unit << 4 + UInt32(byte - 0x57)
      default:
        if at >= end { throw .more }
        throw invalid(
          text, at: start, "an escape that is cut short", expected: ["four hexadecimal digits"],
          code: .syntax)
      }
      at += 1
    }
    return unit
  }

  private func loneSurrogate(_ text: borrowing Span<UInt8>, _ place: Int) -> TextStop {
    invalid(
      text, at: place, "half of a surrogate pair", expected: ["both halves"], code: .syntax)
  }

  /// A string as a `String`.
  func make(
    _ string: JSONString, _ text: borrowing Span<UInt8>, scratch: [UInt8]
  ) throws(TextStop) -> String {
    let start = string.key.start
    var bytes: [UInt8] = []
    bytes.reserveCapacity(string.key.length)
    for index in start..<(start + string.key.length) {
      bytes.append(string.isInScratch ? scratch[index] : text[index])
    }
    guard let made = String(validating: bytes, as: UTF8.self) else {
      throw .fault(
        TextFault(
          index: string.place, code: .syntax, message: "not UTF-8",
          found: String(decoding: bytes.prefix(40), as: UTF8.self), expected: ["UTF-8"]))
    }
    return made
  }
}
