extension String {
  /// As a text in JSON, in quotation marks.
  package var quotedJSON: String {
    var text = ""
    text.appendQuoted(self)
    return text
  }

  /// Appends `value` as a text in JSON, in quotation marks.
  ///
  /// - Complexity: Linear in the length of the value.
  package mutating func appendQuoted(_ value: String) {
    self += "\""
    // Nearly every text: the members of a long schedule are written by the million.
    if value.utf8.allSatisfy(\.standsForItself) {
      self += value
    } else {
      for scalar in value.unicodeScalars { appendEscaped(scalar) }
    }
    self += "\""
  }

  private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": self += "\\\""
    case "\\": self += "\\\\"
    case "\n": self += "\\n"
    case "\r": self += "\\r"
    case "\t": self += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7f:
      let digits = String(scalar.value, radix: 16)
      self += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: unicodeScalars.append(scalar)
    }
  }
}

extension UInt8 {
  /// Whether a JSON text may have it inside quotation marks as it is.
  fileprivate var standsForItself: Bool {
    self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") && self != 0x7f
  }
}
