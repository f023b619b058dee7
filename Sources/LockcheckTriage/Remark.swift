/// Something to be said about what somebody has written: it is understood, and may not be what was meant.
public struct Remark: Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// One sentence, without a full stop.
  public let message: String

  /// Makes a remark.
  public init(file: String, line: Int, _ message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  /// `.lockcheck.yml:12: …`
  public var description: String { "\(file):\(line): \(message)" }
}
