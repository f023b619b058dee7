/// The names that Rust compilers mangle in the older of their two ways: `_ZN4bank8transfer17h0123456789abcdefE`.
///
/// It looks like that of C++, with a hash as the last part. The hash differs from build to build and is
/// left out; what stands between dollar signs is put back.
enum RustNames {
  /// The demangled name; nil where it is none of these.
  static func name(of symbol: String) -> String? {
    guard symbol.hasPrefix("_ZN"), symbol.utf8.last == UInt8(ascii: "E") else { return nil }
    var rest = symbol.dropFirst(3).dropLast()
    var parts: [Substring] = []
    while let first = rest.first {
      guard first.isWholeNumber else { return nil }
      let digits = rest.prefix { $0.isWholeNumber }
      rest = rest.dropFirst(digits.count)
      guard let length = Int(digits), length > 0, length <= rest.utf8.count else { return nil }
      let end = rest.utf8.index(rest.startIndex, offsetBy: length)
      parts.append(rest[..<end])
      rest = rest[end...]
    }
    guard let hash = parts.popLast(), !parts.isEmpty, hash.utf8.count == 17, hash.hasPrefix("h"),
      hash.dropFirst().allSatisfy({ $0.isHexDigit && !$0.isUppercase })
    else { return nil }
    return parts.map { plain($0) }.joined(separator: "::")
  }

  private static let escapes: [String: String] = [
    "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
  ]

  /// One part, with what its letters could not hold.
  private static func plain(_ part: Substring) -> String {
    var text = ""
    // An underscore keeps a part that begins with an escape from beginning with a dollar sign.
    var rest = part.hasPrefix("_$") ? part.dropFirst() : part
    while let first = rest.first {
      if first == "$", let end = rest.dropFirst().firstIndex(of: "$"),
        let meaning = meaning(of: rest[rest.index(after: rest.startIndex)..<end])
      {
        text += meaning
        rest = rest[rest.index(after: end)...]
      } else if rest.hasPrefix("..") {
        text += "::"
        rest = rest.dropFirst(2)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private static func meaning(of escape: Substring) -> String? {
    if let known = escapes[String(escape)] { return known }
    guard escape.hasPrefix("u"), let code = UInt32(escape.dropFirst(), radix: 16) else {
      return nil
    }
    return Unicode.Scalar(code).map { String(Character($0)) }
  }
}
