/// Bytes as letters that mean nothing to HTML: RFC 4648.
enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// - Complexity: Linear in `bytes`.
  static func text(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let given = min(3, bytes.count - start)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < given ? UInt32(bytes[start + place]) : 0) }
      for place in 0..<4 {
        text.append(
          place > given ? UInt8(ascii: "=") : letters[Int(group >> (18 - 6 * place)) & 63])
      }
    }
    return text
  }
}
