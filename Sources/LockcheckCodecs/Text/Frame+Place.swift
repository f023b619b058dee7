import LockcheckTrace

extension Frame {
  /// Reads `file:line` or `file:line function`.
  ///
  /// The line is the first number that stands between a colon and a blank or the end, so that a file
  /// may have blanks and colons in its name.
  ///
  /// - Returns: Nil where the text is not of that form.
  init?(place text: String) {
    let bytes = Array(text.utf8)
    var colon = 0
    while let next = bytes[colon...].firstIndex(of: UInt8(ascii: ":")) {
      let digits = bytes[(next + 1)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      let isEnded = digits.endIndex == bytes.count || bytes[digits.endIndex] == 0x20
      if next > 0, !digits.isEmpty, isEnded,
        let line = Int(String(decoding: digits, as: UTF8.self))
      {
        let function = bytes[digits.endIndex...].dropFirst()
        self.init(
          function: function.isEmpty ? nil : String(decoding: function, as: UTF8.self),
          file: String(decoding: bytes[..<next], as: UTF8.self), line: line)
        return
      }
      colon = next + 1
    }
    return nil
  }

  /// `file:line` or `file:line function`, where that says all of it but its number, and is read as
  /// the same again.
  var place: String? {
    guard let file, let line else { return nil }
    let text = "\(file):\(line)" + (function.map { " \($0)" } ?? "")
    var bare = self
    bare.externalID = nil
    return Frame(place: text) == bare ? text : nil
  }
}
