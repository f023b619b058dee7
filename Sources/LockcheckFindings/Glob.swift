/// A pattern of literal characters, `*` for any run of characters and `?` for any one.
///
/// Everything else stands for itself, brackets too.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
  private let pattern: [Character]

  /// Reads a pattern; every text is one.
  public init(_ pattern: some StringProtocol) { self.pattern = Array(pattern) }

  /// The pattern as it was written.
  public var description: String { String(pattern) }

  /// Whether the pattern fits the whole of `text`.
  ///
  /// Goes back to the last `*` only: what an earlier one took can always stay as it was.
  ///
  /// - Complexity: O(pattern × text) at worst.
  public func matches(_ text: some StringProtocol) -> Bool {
    let text = Array(text)
    var (p, t) = (0, 0)
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.p, last.t + 1)
        p = last.p + 1
        t = last.t + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }

  /// Whether the pattern fits the whole of a path, or what stands after one of its slashes:
  /// `Sources/Bank/*` fits `/home/ann/bank/Sources/Bank/Bank.swift`.
  ///
  /// - Complexity: O(slashes × pattern × path) at worst.
  public func matches(path: String) -> Bool {
    if matches(path) { return true }
    return path.indices.contains { path[$0] == "/" && matches(path[path.index(after: $0)...]) }
  }
}
