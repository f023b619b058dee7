/// Texts as SARIF wants them inside messages and addresses.
enum SARIFText {
  /// The text of a message, so that nothing in it is taken for a link or for the place of an argument.
  ///
  /// - Complexity: Linear in the text.
  static func message(_ text: String) -> String {
    let text = text.withoutControls.replacing("](", with: "] (")
    // `[text](1)` is a link, `{0}` an argument (SARIF 2.1.0, 3.11.5 and 3.11.6).
    return text.replacing(#/\{([0-9]+)\}/#) { "{{\($0.output.1)}}" }
  }

  /// A link to the related location of that number.
  static func link(_ text: String, to id: Int) -> String {
    var words = ""
    for character in message(text) {
      if "\\[]".contains(character) { words += "\\" }
      words.append(character)
    }
    return "[\(words)](\(id))"
  }

  /// The path of a file as an address: relative where the path is.
  static func address(_ path: String) -> String {
    (path.hasPrefix("/") ? "file://" : "") + percentEncoded(path)
  }

  /// Everything but unreserved characters and slashes as `%XX`.
  private static func percentEncoded(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return text
  }
}
