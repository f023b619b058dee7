/// How wide a label comes out, about: layout is done before there is a font.
enum LabelWidth {
  /// Labels that are longer are cut in the middle by the page.
  static let longest = 34

  /// The width of a box around a label.
  static func box(_ label: String) -> Double {
    // Of the wide scripts a letter takes the room of two.
    let letters = label.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 2 : 1) }
    return max(44, Double(min(letters, longest)) * 7.3 + 26).rounded()
  }
}
