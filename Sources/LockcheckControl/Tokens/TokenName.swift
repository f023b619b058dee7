/// Names of objects as tokens spell them: letters, digits and `._-` as they are, `#` as `+` because shells
/// have a use of their own for it, every other byte of UTF-8 as `%` and two hexadecimal digits.
enum TokenName {
  /// Longer names are cut: they are there to be recognised, and a token is to fit on a line.
  static let longest = 40

  static func encoded(_ name: String) -> String {
    let name = name.count > longest ? name.prefix(longest - 3) + "..." : name[...]
    var encoded = ""
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "#"): encoded += "+"
      case _ where isPlain(byte): encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default: encoded += "%" + String(byte / 16, radix: 16) + String(byte % 16, radix: 16)
      }
    }
    return encoded
  }

  /// - Returns: Nil where it is no such spelling.
  static func decoded(_ spelling: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = spelling.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: "#"))
      case _ where isPlain(byte): bytes.append(byte)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { return nil }
        bytes.append(high * 16 + low)
      default: return nil
      }
    }
    return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
