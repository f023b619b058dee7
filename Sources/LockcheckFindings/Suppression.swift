/// A decision to live with some findings: which ones, why, and until when.
public struct Suppression: Sendable, Hashable {
  /// What a finding has to be like. All criteria of a suppression have to hold.
  public enum Criterion: Sendable, Hashable {
    /// It breaks one of these rules.
    case rules(Set<Rule>)
    /// It has this fingerprint.
    case fingerprint(Fingerprint)
    /// A function in one of its stacks is so called.
    case function(Glob)
    /// A file in one of its stacks has such a path, whole or from one of its folders on.
    case file(Glob)
    /// A lock, variable or other object that it is about is so called.
    case object(Glob)
    /// A function, a file (its whole path or last part) or an object is so called.
    case anyName(Glob)
    /// A function, file or module of a stack, or a variable, fits: of every frame, or of the innermost only.
    case sanitizer(SanitizerPattern, innermostOnly: Bool)
  }

  /// Where a decision was written down.
  public enum Origin: Sendable, Hashable {
    /// On the command line, or by the program itself.
    case direct
    /// In a list of suppressions.
    case list(file: String, line: Int)
    /// In a configuration.
    case configuration(file: String, line: Int)
    /// In a suppression file of ThreadSanitizer's.
    case sanitizer(file: String, line: Int)
    /// Next to the code.
    case comment(file: String, line: Int)
    /// In a list of what was known before.
    case baseline(file: String)
  }

  /// What a finding has to be like.
  public var criteria: [Criterion]
  /// Why somebody lives with it; nil where that was not said.
  public var reason: String?
  /// The last day, in UTC, on which it holds; nil where it has no end.
  public var expires: CalendarDate?
  /// Where it was written down.
  public var origin: Origin
  /// As it was written, in one line.
  public var text: String

  /// Makes a decision.
  ///
  /// - Parameter criteria: At least one: a suppression of everything is none.
  public init(
    _ criteria: [Criterion], reason: String? = nil, expires: CalendarDate? = nil,
    origin: Origin = .direct, text: String
  ) {
    precondition(!criteria.isEmpty)
    self.criteria = criteria
    self.reason = reason
    self.expires = expires
    self.origin = origin
    self.text = text
  }

  /// Whether it holds no longer.
  public func isExpired(on day: CalendarDate) -> Bool { expires.map { $0 < day } ?? false }
}

extension Suppression.Origin {
  /// A stable word for it.
  public var name: String {
    switch self {
    case .direct: "direct"
    case .list: "list"
    case .configuration: "configuration"
    case .sanitizer: "sanitizer"
    case .comment: "comment"
    case .baseline: "baseline"
    }
  }

  /// File and line, `.lockcheck.yml:12`; nil where it stands in no file.
  public var place: String? {
    switch self {
    case .direct: nil
    case .list(let file, let line), .configuration(let file, let line),
      .sanitizer(let file, let line), .comment(let file, let line):
      "\(file):\(line)"
    case .baseline(let file): file
    }
  }
}
