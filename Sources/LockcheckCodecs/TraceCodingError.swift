/// What is wrong with a trace: where, what stands there, and what would have been right.
public struct TraceCodingError: Error, Sendable, Hashable {
  /// What sort of mistake it is. Static members, so that a new one breaks no one.
  public struct Code: Sendable, Hashable {
    /// A word for it, stable over versions: `unexpected-token`.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// Nothing but blanks.
    public static let empty = Code("empty")
    /// Neither of the forms that can be read.
    public static let unknownFormat = Code("unknown-format")
    /// Written by a later version.
    public static let unsupportedVersion = Code("unsupported-version")
    /// Ends in the middle.
    public static let truncated = Code("truncated")
    /// Not what the grammar allows there.
    public static let syntax = Code("syntax")
    /// A number, word or text that its place does not allow.
    public static let invalidValue = Code("invalid-value")
    /// A member that has to be there is not.
    public static let missingMember = Code("missing-member")
    /// An operation that does not exist.
    public static let unknownOperation = Code("unknown-operation")
    /// An operation that cannot be done to an object of that kind.
    public static let operationMismatch = Code("operation-mismatch")
    /// An identifier that no table declares.
    public static let undeclared = Code("undeclared")
    /// The same identifier declared twice.
    public static let duplicate = Code("duplicate")
    /// Too deep, too long or too large to be meant.
    public static let limit = Code("limit")
    /// A checksum does not fit its data.
    public static let checksum = Code("checksum")
    /// Something that the chosen form cannot say.
    public static let notRepresentable = Code("not-representable")
    /// There is no such file.
    public static let noSuchFile = Code("no-such-file")
    /// The system refused to read or write.
    public static let inputOutput = Code("input-output")
  }

  /// A place in a trace.
  public enum Place: Sendable, Hashable {
    /// In a text: line and column, both from 1. The column is 0 where the whole line is meant.
    case line(Int, column: Int)
    /// In a binary file: bytes from its start.
    case offset(UInt64)
    /// The file as a whole.
    case file
  }

  /// What sort of mistake it is.
  public var code: Code
  /// Where it is.
  public var place: Place
  /// A sentence on what is wrong, without the place.
  public var message: String
  /// What stands there.
  public var found: String?
  /// What would have been right.
  public var expected: [String]
  /// The file, where the reader knows its name.
  public var file: String?

  /// Makes an error.
  public init(
    _ code: Code, at place: Place, _ message: String, found: String? = nil,
    expected: [String] = [], file: String? = nil
  ) {
    self.code = code
    self.place = place
    self.message = message
    self.found = found
    self.expected = expected
    self.file = file
  }
}

extension TraceCodingError: CustomStringConvertible {
  /// One line: `trace.std: line 12, column 4: unknown operation: found 'acqq', expected one of …`.
  public var description: String {
    var text = file.map { "\($0): " } ?? ""
    switch place {
    case .line(let line, 0): text += "line \(line): "
    case .line(let line, let column): text += "line \(line), column \(column): "
    case .offset(let offset): text += "byte \(offset): "
    case .file: break
    }
    text += message
    if let found { text += ": found '\(found)'" }
    switch expected.count {
    case 0: break
    case 1: text += (found == nil ? ": expected " : ", expected ") + expected[0]
    default:
      text += (found == nil ? ": expected one of " : ", expected one of ")
      text += expected.joined(separator: ", ")
    }
    return text
  }
}
