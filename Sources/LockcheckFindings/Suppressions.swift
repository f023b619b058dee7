/// Decisions to live with findings.
public struct Suppressions: Sendable, Equatable {
  /// One decision.
  public typealias Entry = Suppression
  /// An entry that says nothing that can be suppressed.
  public typealias Malformed = Suppression.Malformed

  /// The decisions, in the order in which they were made.
  public var entries: [Suppression]

  /// Makes a list of decisions.
  public init(_ entries: [Suppression] = []) { self.entries = entries }

  /// The entries written one a line in `text`; blank lines, and what follows a `#` at the start of a
  /// line or after a blank, are passed over.
  ///
  /// - Parameter file: What the text is called, for the origin of the entries.
  /// - Throws: ``Malformed`` for the first line that is neither.
  public init(lines text: String, file: String = "") throws(Malformed) {
    entries = []
    for (index, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      let entry = line.withoutComment
      if entry.isEmpty { continue }
      let origin: Suppression.Origin =
        file.isEmpty ? .direct : .list(file: file, line: index + 1)
      entries.append(try Suppression(entry, origin: origin))
    }
  }

  /// Those that hold on a day, and those that do no longer.
  public func sorted(by day: CalendarDate) -> (valid: Suppressions, expired: [Suppression]) {
    (
      Suppressions(entries.filter { !$0.isExpired(on: day) }),
      entries.filter { $0.isExpired(on: day) }
    )
  }
}

extension Substring {
  /// The line up to its comment, without the blanks around it.
  fileprivate var withoutComment: String {
    var line = self
    var previous: Character = " "
    for index in line.indices {
      if line[index] == "#", previous == " " || previous == "\t" {
        line = line[..<index]
        break
      }
      previous = line[index]
    }
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    line = line.drop(while: isBlank)
    while let last = line.last, isBlank(last) { line.removeLast() }
    return String(line)
  }
}
