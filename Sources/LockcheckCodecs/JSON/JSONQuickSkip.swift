/// Where a quick walk to the end of an array stands.
struct JSONQuickSkip {
  /// How many square brackets are open, the array's own among them.
  fileprivate var depth = 1
  fileprivate var isInString = false
  /// Bits of which an odd number says that strings have been opened or closed since.
  fileprivate var quotes: UInt64 = 0
  fileprivate var isEscaped = false
}

extension JSONTokens {
  /// Eight times the same byte.
  @inline(__always) static func all(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }

  /// The top bit of every byte that is zero.
  @inline(__always) static func zeros(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    return ~((word & low &+ low) | word | low)
  }

  /// Moves behind the bracket that closes the array.
  ///
  /// For a first pass over what a second one reads with care: braces are not matched, and nothing is
  /// made sure of. Eight bytes without bracket and backslash only change whether a string is open, by
  /// the number of their quotes.
  ///
  /// - Returns: False where the text ends first; the walk goes on from there with the next piece.
  mutating func skip(_ state: inout JSONQuickSkip, _ text: borrowing Span<UInt8>) -> Bool {
    while at < end {
      if at + 8 <= end, !state.isEscaped {
        let word = TextKey.word(text, at: at, length: 8)
        // 0xF9 leaves out the bits in which '[' and ']' differ; 'Y' and '_' come along.
        let brackets = Self.zeros(word & Self.all(0xF9) ^ Self.all(0x59))
        let backslashes = Self.zeros(word ^ Self.all(0x5C))
        if brackets | backslashes == 0 {
          state.quotes ^= Self.zeros(word ^ Self.all(0x22))
          at += 8
          continue
        }
      }
      state.countQuotes()
      let stop = min(at + 8, end)
      while at < stop {
        let byte = text[at]
        at += 1
        if state.take(byte) { return true }
      }
    }
    return false
  }
}

extension JSONQuickSkip {
  fileprivate mutating func countQuotes() {
    isInString = isInString != (quotes.nonzeroBitCount & 1 == 1)
    quotes = 0
  }

  /// Goes one byte on.
  /// - Returns: Whether it closes the array.
  fileprivate mutating func take(_ byte: UInt8) -> Bool {
    if isEscaped {
      isEscaped = false
    } else if isInString {
      if byte == UInt8(ascii: "\"") { isInString = false }
      if byte == UInt8(ascii: "\\") { isEscaped = true }
    } else if byte == UInt8(ascii: "\"") {
      isInString = true
    } else if byte == UInt8(ascii: "[") {
      depth += 1
    } else if byte == UInt8(ascii: "]") {
      depth -= 1
    }
    return depth == 0
  }
}
