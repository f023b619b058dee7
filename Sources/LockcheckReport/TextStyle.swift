/// How the text report looks.
public struct TextStyle: Sendable, Equatable {
  /// Whether colours and bold letters are used: for terminals only.
  public var isColored: Bool
  /// How many columns the prose takes; names, paths and source lines may exceed it.
  public var width: Int
  /// Whether what the log of a GitHub Actions step would take for a command is parted by a blank: a line that
  /// begins with two colons, or `##[` anywhere. A name in a trace may look like that.
  public var partsCommands: Bool

  /// Makes a style; a width below 40 is taken for 40.
  public init(isColored: Bool = false, width: Int = 88, partsCommands: Bool = false) {
    self.isColored = isColored
    self.width = max(40, width)
    self.partsCommands = partsCommands
  }

  /// Plain text of the usual width: the same everywhere.
  public static let plain = TextStyle()
}

/// What a piece of text is, which decides how it is set off.
enum TextRole {
  case body, happened, canHappen, looksPossible, good, name, strong, faint

  /// The terminal's code for it; nil for what is not set off.
  var code: String? {
    switch self {
    case .body: nil
    case .happened: "1;31"
    case .canHappen: "1;35"
    case .looksPossible: "1;33"
    case .good: "1;32"
    case .name: "1"
    case .strong: "1"
    case .faint: "2"
    }
  }
}
