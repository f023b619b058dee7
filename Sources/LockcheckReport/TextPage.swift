/// Text that is put together piece by piece: wrapped, indented, and set off where the style says so.
struct TextPage {
  let style: TextStyle
  private(set) var text = ""

  init(_ style: TextStyle) { self.style = style }

  /// Writes one line of pieces, however long it gets.
  mutating func line(_ pieces: TextPiece..., indent: Int = 0) {
    line(pieces, indent: indent)
  }

  /// Writes one line of pieces, however long it gets.
  mutating func line(_ pieces: [TextPiece], indent: Int = 0) {
    text += String(repeating: " ", count: indent)
    var pieces = pieces
    if style.partsCommands { TextPiece.partCommands(in: &pieces) }
    for piece in pieces { text += set(piece) }
    newLine()
  }

  /// Writes an empty line.
  mutating func gap() { text += "\n" }

  /// Writes prose, broken between words; from the second line on it is indented by `hanging`.
  ///
  /// - Parameter label: What stands in the margin of the first line.
  mutating func prose(
    _ prose: String, indent: Int, hanging: Int? = nil, label: TextPiece? = nil
  ) {
    let hanging = hanging ?? indent
    var line: [Substring] = []
    var width = 0
    var isFirst = true
    func flush(_ page: inout TextPage) {
      let margin = isFirst ? indent : hanging
      var pieces: [TextPiece] = [TextPiece(line.joined(separator: " "))]
      var blanks = margin
      if isFirst, let label {
        let pad = String(repeating: " ", count: max(1, hanging - indent - label.text.count))
        pieces = [label, TextPiece(pad)] + pieces
        blanks = indent
      }
      page.line(pieces, indent: blanks)
      isFirst = false
      line = []
      width = 0
    }
    let room = style.width - hanging
    for word in prose.split(separator: " ") {
      if !line.isEmpty, width + 1 + word.count > room { flush(&self) }
      width += (line.isEmpty ? 0 : 1) + word.count
      line.append(word)
    }
    if !line.isEmpty || isFirst { flush(&self) }
  }

  /// Writes a line across the page with words set into it: `━━ left ━━━━━━ right ━━`.
  mutating func heading(left: TextPiece, right: TextPiece) {
    let taken = left.text.count + right.text.count + 8
    let middle = String(repeating: "━", count: max(2, style.width - taken))
    line(
      TextPiece("━━ ", .faint), left, TextPiece(" \(middle) ", .faint), right,
      TextPiece(" ━━", .faint))
  }

  private func set(_ piece: TextPiece) -> String {
    guard style.isColored, let code = piece.role.code, !piece.text.isEmpty else {
      return piece.text
    }
    return "\u{1B}[\(code)m\(piece.text)\u{1B}[0m"
  }

  private mutating func newLine() {
    while text.last == " " { text.removeLast() }
    text += "\n"
  }
}

/// Some letters that are set off in one way.
struct TextPiece: ExpressibleByStringInterpolation {
  private(set) var text: String
  let role: TextRole

  init(_ text: String, _ role: TextRole = .body) {
    self.text = text.withoutControls
    self.role = role
  }

  init(stringLiteral value: String) { self.init(value) }

  /// Parts what GitHub Actions takes for a command, in the pieces of one line.
  static func partCommands(in pieces: inout [TextPiece]) {
    var isAtStart = true
    var previous: Unicode.Scalar?
    for index in pieces.indices {
      var parted = String.UnicodeScalarView()
      for scalar in pieces[index].text.unicodeScalars {
        let begins = isAtStart && previous == ":" && scalar == ":"
        let isOld = previous == "#" && scalar == "["
        if begins || isOld { parted.append(" ") }
        parted.append(scalar)
        isAtStart = isAtStart && (scalar == " " || scalar == ":" && !begins)
        previous = scalar
      }
      pieces[index].text = String(parted)
    }
  }
}

extension String {
  /// With control characters, and those that turn the direction of writing, made visible:
  /// `\u{1b}`. Names come from elsewhere, and must not be able to move the cursor.
  package var withoutControls: String {
    let isControl = { (scalar: Unicode.Scalar) in
      scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
    }
    guard unicodeScalars.contains(where: isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\t": text += "  "
      case _ where isControl(scalar): text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Int {
  /// With a comma between groups of three digits: `1,234,567`.
  package var grouped: String {
    let digits = Array(String(magnitude))
    var text = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `1 thread`, `1,234 threads`.
  package func counted(_ one: String, _ many: String? = nil) -> String {
    "\(grouped) \(self == 1 ? one : many ?? one + "s")"
  }
}
