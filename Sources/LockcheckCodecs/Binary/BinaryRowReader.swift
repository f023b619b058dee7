/// Reads the members of one row; says what is wrong and where.
struct BinaryRowReader {
  private let bytes: [UInt8]
  private var at: Int
  private let end: Int
  /// Where the first of `bytes` stands in the file.
  private let offset: UInt64

  /// Reads `range` of `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>, offset: UInt64) {
    self.bytes = bytes
    at = range.lowerBound
    end = range.upperBound
    self.offset = offset
  }

  /// Where it has got to in the bytes.
  var position: Int { at }

  /// Whether nothing is left.
  var isAtEnd: Bool { at >= end }

  /// An error at the present place.
  func wrong(_ code: TraceCodingError.Code, _ text: String) -> TraceCodingError {
    TraceCodingError(code, at: .offset(offset + UInt64(at)), text)
  }

  /// The next byte.
  mutating func byte() throws(TraceCodingError) -> UInt8 {
    guard at < end else { throw wrong(.truncated, "a row ends too early") }
    at += 1
    return bytes[at - 1]
  }

  /// A number in groups of seven bits, the lowest first.
  mutating func number() throws(TraceCodingError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 63 || next <= 1 else { throw wrong(.limit, "a number of more than 64 bits") }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
  }

  /// A number that fits in an identifier.
  mutating func identifier() throws(TraceCodingError) -> UInt32 {
    let value = try number()
    guard value < UInt64(UInt32.max) else { throw wrong(.limit, "an identifier that is too large") }
    return UInt32(value)
  }

  /// A number with a sign in its lowest bit.
  mutating func signed() throws(TraceCodingError) -> Int64 {
    let value = try number()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// How many things follow, each of at least one byte.
  mutating func count() throws(TraceCodingError) -> Int {
    let value = try number()
    guard value <= UInt64(end - at) else {
      throw wrong(.limit, "more members than the row has room for")
    }
    return Int(value)
  }

  /// A text; what is not UTF-8 is replaced.
  mutating func text() throws(TraceCodingError) -> String {
    let length = try count()
    let text = String(decoding: bytes[at..<at + length], as: UTF8.self)
    at += length
    return text
  }

  /// Bytes, in hexadecimal.
  mutating func hexadecimal() throws(TraceCodingError) -> String {
    let length = try count()
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes[at..<at + length] {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    at += length
    return String(decoding: text, as: UTF8.self)
  }

  /// The next row of a chunk: its kind and where its members stand.
  mutating func row() throws(TraceCodingError) -> (kind: UInt8, members: Range<Int>) {
    let kind = try byte()
    let length = try count()
    let members = at..<at + length
    at += length
    return (kind, members)
  }
}
