/// What is wrong with the text of a script: where, what stands there, and what would have been right.
public struct ScriptTextError: Error, Sendable, Hashable {
  /// What sort of mistake it is. Static members, so that a new one breaks no one.
  public struct Code: Sendable, Hashable {
    /// A word for it, stable over versions: `unsupported-version`.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// Does not begin as a script does.
    public static let notAScript = Code("not-a-script")
    /// Written by a version with another form.
    public static let unsupportedVersion = Code("unsupported-version")
    /// Ends before its `end`.
    public static let truncated = Code("truncated")
    /// A line that does not belong there, or has too few or too many words.
    public static let unexpectedLine = Code("unexpected-line")
    /// A word or number that its place does not allow.
    public static let invalidValue = Code("invalid-value")
  }

  /// What sort of mistake it is.
  public let code: Code
  /// Its line, counted from 1.
  public let line: Int
  /// What stands there; shortened, and without characters that a terminal would obey.
  public let found: String
  /// What would have been right.
  public let expected: String

  init(_ code: Code, line: Int, found: some StringProtocol, expected: String) {
    self.code = code
    self.line = line
    let shown = found.unicodeScalars.prefix(32).map { $0.escaped(asASCII: true) }.joined()
    self.found = shown + (found.unicodeScalars.count > 32 ? "…" : "")
    self.expected = expected
  }
}

extension ScriptTextError: CustomStringConvertible {
  /// `script, line 4: found 'acqire', expected an operation, as 'acquire'`.
  public var description: String {
    "script, line \(line): found \(found.isEmpty ? "nothing" : "'\(found)'"), expected \(expected)"
  }
}
