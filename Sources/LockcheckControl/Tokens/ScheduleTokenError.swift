/// What is wrong with a replay token: where, what stands there, and what would have been right.
public struct ScheduleTokenError: Error, Sendable, Hashable {
  /// What sort of mistake it is. Static members, so that a new one breaks no one.
  public struct Code: Sendable, Hashable {
    /// A word for it, stable over versions: `unsupported-version`.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// Does not begin as a token does.
    public static let notAToken = Code("not-a-token")
    /// Written by a version with another form.
    public static let unsupportedVersion = Code("unsupported-version")
    /// Ends too early, or does not end where it should.
    public static let wrongFieldCount = Code("wrong-field-count")
    /// Something that its place does not allow.
    public static let invalidValue = Code("invalid-value")
    /// A step that does not come after the one before it, or is none of the schedule's.
    public static let misplacedStep = Code("misplaced-step")
  }

  /// What sort of mistake it is.
  public let code: Code
  /// The character of the token it begins at, counted from 1; blanks around the token do not count.
  public let character: Int
  /// What stands there.
  public let found: String
  /// What would have been right.
  public let expected: String

  init(_ code: Code, at character: Int, found: some StringProtocol, expected: String) {
    self.code = code
    self.character = character
    let shown = found.unicodeScalars.prefix(32).map { $0.isASCII ? $0.escaped(asASCII: true) : "?" }
      .joined()
    self.found = shown + (found.unicodeScalars.count > 32 ? "…" : "")
    self.expected = expected
  }
}

extension ScheduleTokenError: CustomStringConvertible {
  /// `replay token, character 5: found 'p!', expected a method's name (letters and digits)`.
  public var description: String {
    let found = found.isEmpty ? "nothing" : "'\(found)'"
    if code == .unsupportedVersion {
      return "replay token, character \(character): \(found) was made by another version of "
        + "lockcheck; expected \(expected)"
    }
    return "replay token, character \(character): found \(found), expected \(expected)"
  }
}
