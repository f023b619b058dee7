/// Why a file that somebody wrote cannot be understood.
public struct TriageFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A place in a text.
  public struct Place: Sendable, Hashable {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in Unicode scalars.
    public let column: Int

    /// Makes a place.
    public init(line: Int, column: Int) {
      self.line = max(line, 1)
      self.column = max(column, 1)
    }
  }

  /// What the file is called.
  public let file: String
  /// Where; nil where the whole file is meant.
  public let place: Place?
  /// What is wrong, and what would have been right.
  public let message: String

  /// Describes what is wrong.
  public init(file: String, at place: Place? = nil, _ message: String) {
    self.file = file
    self.place = place
    self.message = message
  }

  /// One line: `.lockcheck.yml:3:5: unknown key 'fial-on'; did you mean 'fail-on'?`
  public var description: String {
    "\(file):" + (place.map { "\($0.line):\($0.column):" } ?? "") + " \(message)"
  }
}
