import LockcheckCodecs

/// Builds one row of a table in memory that was set aside for it, so that nothing is allocated: rows
/// are also written in signal handlers.
@safe struct RowWriter {
  /// Longer texts are cut, at a character's edge.
  static let longestText = 4096
  static let capacity = 65536

  let start: UnsafeMutablePointer<UInt8>
  private(set) var count = 0

  init(scratch: UnsafeMutablePointer<UInt8>) { unsafe start = scratch }

  mutating func byte(_ value: UInt8) {
    guard count < Self.capacity else { return }
    unsafe start[count] = value
    count += 1
  }

  mutating func number(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
  }

  /// The difference of two addresses, small for neighbours on either side.
  mutating func difference(_ value: UInt64, from other: UInt64) {
    let difference = Int64(bitPattern: value &- other)
    number(UInt64(bitPattern: (difference << 1) ^ (difference >> 63)))
  }

  mutating func bytes(_ bytes: UnsafeBufferPointer<UInt8>) {
    number(UInt64(bytes.count))
    for index in bytes.indices { unsafe byte(bytes[index]) }
  }

  mutating func text(_ text: String) {
    var copy = text
    copy.withUTF8 { utf8 in
      var length = utf8.count
      if length > Self.longestText {
        length = Self.longestText
        // Back to the first byte of a character.
        while length > 0, unsafe utf8[length] & 0xC0 == 0x80 { length -= 1 }
      }
      unsafe bytes(UnsafeBufferPointer(rebasing: utf8[..<length]))
    }
  }

  /// A text of C; nothing is said where it is empty.
  mutating func text(_ text: UnsafePointer<CChar>) {
    var length = 0
    while unsafe text[length] != 0, length < Self.longestText { length += 1 }
    number(UInt64(length))
    for index in 0..<length { unsafe byte(UInt8(bitPattern: text[index])) }
  }
}
