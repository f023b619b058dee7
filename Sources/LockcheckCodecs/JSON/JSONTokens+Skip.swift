/// Where a walk over a value that nobody asks for stands, so that it can go on with the next piece of
/// text.
struct JSONSkip {
  /// How deep arrays and objects may be nested in what is passed over.
  static let deepest = 10_000

  fileprivate enum Expected { case value, valueOrClose, keyOrClose, key, commaOrClose }

  fileprivate var expected = Expected.value
  /// For each open array or object: whether it is an object.
  fileprivate var open: [Bool] = []

  init() {}
}

extension JSONTokens {
  /// Passes over one value of any sort, and makes sure that it is one.
  ///
  /// A worklist instead of recursion: depth costs a byte, not a stack frame. On ``TextStop/more``
  /// `skip` and ``at`` stand behind the last whole token, and the walk can go on from there.
  mutating func skip(
    _ skip: inout JSONSkip, _ text: borrowing Span<UInt8>, scratch: inout [UInt8]
  ) throws(TextStop) {
    repeat {
      let byte = peek(text)
      let start = at
      do throws(TextStop) {
        try step(byte, &skip, text, &scratch)
      } catch {
        at = start
        throw error
      }
    } while !skip.open.isEmpty
  }

  private mutating func step(
    _ byte: UInt8, _ skip: inout JSONSkip, _ text: borrowing Span<UInt8>, _ scratch: inout [UInt8]
  ) throws(TextStop) {
    switch skip.expected {
    case .commaOrClose:
      let isObject = skip.open[skip.open.count - 1]
      let isAnother = try hasAnother(before: isObject ? 0x7D : 0x5D, text)
      if isAnother { skip.expected = isObject ? .key : .value } else { skip.close() }
    case .keyOrClose where byte == UInt8(ascii: "}"), .valueOrClose where byte == UInt8(ascii: "]"):
      at += 1
      skip.close()
    case .key, .keyOrClose:
      try validString(text, &scratch, "a member's name")
      try expect(UInt8(ascii: ":"), text, "':'")
      skip.expected = .value
    case .value, .valueOrClose:
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        guard skip.open.count < JSONSkip.deepest else {
          throw .fault(
            TextFault(
              index: at, code: .limit,
              message: "more than \(JSONSkip.deepest) arrays and objects within each other"))
        }
        at += 1
        skip.open.append(byte == UInt8(ascii: "{"))
        skip.expected = byte == UInt8(ascii: "{") ? .keyOrClose : .valueOrClose
      } else {
        try scalar(byte, text, &scratch)
        skip.expected = .commaOrClose
      }
    }
  }

  /// A string, number or word.
  private mutating func scalar(
    _ byte: UInt8, _ text: borrowing Span<UInt8>, _ scratch: inout [UInt8]
  ) throws(TextStop) {
    switch byte {
    case UInt8(ascii: "\""): try validString(text, &scratch, "a string")
    case UInt8(ascii: "-"), 0x30...0x39: try number(text)
    case UInt8(ascii: "t"): if try !word(text, "true") { throw unexpected(text, "a value") }
    case UInt8(ascii: "f"): if try !word(text, "false") { throw unexpected(text, "a value") }
    case UInt8(ascii: "n"): if try !word(text, "null") { throw unexpected(text, "a value") }
    default: throw unexpected(text, "a value")
    }
  }

  private mutating func validString(
    _ text: borrowing Span<UInt8>, _ scratch: inout [UInt8], _ what: StaticString
  ) throws(TextStop) {
    let string = try string(text, scratch: &scratch, what)
    let start = string.key.start
    for index in start..<(start + string.key.length) {
      // Only what is not ASCII can be wrong.
      if string.isInScratch ? scratch[index] >= 0x80 : text[index] >= 0x80 {
        _ = try make(string, text, scratch: scratch)
        return
      }
    }
  }

  /// Any number that JSON has.
  private mutating func number(_ text: borrowing Span<UInt8>) throws(TextStop) {
    if text[at] == UInt8(ascii: "-") { at += 1 }
    if text[at] == 0x30 { at += 1 } else { try digits(text) }
    if text[at] == UInt8(ascii: ".") {
      at += 1
      try digits(text)
    }
    if text[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
      try digits(text)
    }
    if at >= end { throw .more }
  }

  private mutating func digits(_ text: borrowing Span<UInt8>) throws(TextStop) {
    guard text[at] &- 0x30 < 10 else { throw unexpected(text, "a digit") }
    while text[at] &- 0x30 < 10 { at += 1 }
  }
}

extension JSONSkip {
  fileprivate mutating func close() {
    open.removeLast()
    expected = .commaOrClose
  }
}
