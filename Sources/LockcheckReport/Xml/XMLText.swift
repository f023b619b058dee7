/// Texts as XML 1.0 wants them.
package enum XMLText {
  /// The text as the value of an attribute or as the content of an element.
  ///
  /// A character that XML 1.0 cannot have at all, not even by its number, becomes a question mark.
  package static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": quoted += "&amp;"
      case "<": quoted += "&lt;"
      case ">": quoted += "&gt;"
      case "\"": quoted += "&quot;"
      case "\n", "\t", " "..."\u{7E}", "\u{A0}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
        quoted.unicodeScalars.append(scalar)
      default: quoted += "?"
      }
    }
    return quoted
  }
}
