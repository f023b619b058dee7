package import LockcheckTrace

/// What the objects of a program are called, in messages.
package struct ObjectLabels: Sendable, Hashable {
  private struct Label: Sendable, Hashable {
    let kind: String
    let name: String?
    /// How many of its kind were met before.
    let ordinal: Int
  }

  private var labels: [ObjectMark: Label] = [:]
  private var counts: [String: Int] = [:]

  /// Knows none.
  package init() {}

  /// Whether the object has been met.
  package func contains(_ mark: ObjectMark) -> Bool { labels[mark] != nil }

  /// Remembers an object that is met for the first time.
  package mutating func add(_ mark: ObjectMark, kind: String, name: String?) {
    let ordinal = (counts[kind] ?? 0) + 1
    counts[kind] = ordinal
    labels[mark] = Label(kind: kind, name: name, ordinal: ordinal)
  }

  /// What the object is called: by its name, or by its kind and how many of that kind were met.
  package func name(of mark: ObjectMark) -> String {
    guard let label = labels[mark] else { return mark == .none ? "" : "object" }
    return label.name ?? "\(label.kind)#\(label.ordinal)"
  }

  /// What the program calls the object; nil where it has no name or has not been met.
  package func givenName(of mark: ObjectMark) -> String? { labels[mark]?.name }

  /// What the object is; nil where it has not been met.
  package func kind(of mark: ObjectMark) -> ObjectKind? {
    guard let word = labels[mark]?.kind else { return nil }
    return ObjectKind.allCases.first { $0.name == word } ?? .undetermined
  }

  /// A step in words: `lock(accounts)`, `put(jobs)`, `join(worker)`.
  package func describe(_ step: Step) -> String {
    let word = step.word(for: kind(of: step.object) ?? step.impliedKind)
    return step.object == .none ? word : "\(word)(\(name(of: step.object)))"
  }
}
