internal import LockcheckTrace

/// What the objects of a program are called, in messages.
public struct ObjectLabels: Sendable, Hashable {
  private struct Label: Sendable, Hashable {
    let kind: String
    let name: String?
    /// How many of its kind were met before.
    let ordinal: Int
  }

  private var labels: [ObjectMark: Label] = [:]
  private var counts: [String: Int] = [:]

  /// Knows none.
  public init() {}

  /// Whether the object has been met.
  public func contains(_ mark: ObjectMark) -> Bool { labels[mark] != nil }

  /// Remembers an object that is met for the first time.
  public mutating func add(_ mark: ObjectMark, kind: String, name: String?) {
    let ordinal = (counts[kind] ?? 0) + 1
    counts[kind] = ordinal
    labels[mark] = Label(kind: kind, name: name, ordinal: ordinal)
  }

  /// What the object is called: by its name, or by its kind and how many of that kind were met.
  public func name(of mark: ObjectMark) -> String {
    guard let label = labels[mark] else { return mark == .none ? "" : "object" }
    return label.name ?? "\(label.kind)#\(label.ordinal)"
  }

  /// What the program calls the object; nil where it has no name or has not been met.
  public func givenName(of mark: ObjectMark) -> String? { labels[mark]?.name }

  /// What the object is; nil where it has not been met.
  public func kind(of mark: ObjectMark) -> String? { labels[mark]?.kind }

  /// A step in words: `lock(accounts)`, `put(jobs)`, `join(worker)`.
  public func describe(_ step: Step) -> String {
    let verb = verb(step)
    return step.object == .none ? verb : "\(verb)(\(name(of: step.object)))"
  }

  private func verb(_ step: Step) -> String {
    switch step.operation {
    case .acquire, .release:
      let isLock = kind(of: step.object)?.hasSuffix("lock") ?? false
      guard isLock else { return step.operation.name }
      let verb = step.operation == .acquire ? "lock" : "unlock"
      return step.mode == .shared ? verb + "Shared" : verb
    case .atomicRead: return kind(of: step.object) == "variable" ? "atomicRead" : "look"
    case .dummy: return step.attempt == .timed ? "sleep" : "yield"
    default: return step.operation.name
    }
  }
}
