/// A pattern as the suppression files of the sanitizers have them: a part of a text, with `*` for any run of
/// characters, `^` at its start for the start of the text and `$` for its end.
///
/// Follows `TemplateMatch` of [compiler-rt's `sanitizer_common.cpp`][source] step by step, in bytes, so
/// that a file means here what it means there. That each literal part is looked for once, from the left,
/// is a part of it: `b$` does not fit `abab`.
///
/// [source]: https://github.com/llvm/llvm-project/blob/main/compiler-rt/lib/sanitizer_common/sanitizer_common.cpp
public struct SanitizerPattern: Sendable, Hashable, CustomStringConvertible {
  /// The pattern as it was written.
  public let description: String

  /// Reads a pattern; every text is one.
  public init(_ text: String) { description = text }

  /// Whether the pattern fits somewhere in `text`, which must not be empty.
  ///
  /// - Complexity: O(pattern × text) at worst.
  public func matches(_ text: String) -> Bool {
    if text.isEmpty { return false }
    let (star, end) = (UInt8(ascii: "*"), UInt8(ascii: "$"))
    var pattern = Array(description.utf8)[...]
    var rest = Array(text.utf8)[...]
    var isAnchored = pattern.first == UInt8(ascii: "^")
    if isAnchored { pattern = pattern.dropFirst() }
    var isAfterStar = false
    while let first = pattern.first {
      if first == star {
        pattern = pattern.dropFirst()
        isAnchored = false
        isAfterStar = true
        continue
      }
      if first == end { return rest.isEmpty || isAfterStar }
      if rest.isEmpty { return false }
      let literal = pattern.prefix { $0 != star && $0 != end }
      guard let place = rest.firstPlace(of: literal), !isAnchored || place == rest.startIndex else {
        return false
      }
      rest = rest[(place + literal.count)...]
      pattern = pattern.dropFirst(literal.count)
      isAnchored = false
      isAfterStar = false
    }
    return true
  }
}

extension ArraySlice<UInt8> {
  /// Where `part` first stands.
  fileprivate func firstPlace(of part: ArraySlice<UInt8>) -> Int? {
    guard part.count <= count else { return nil }
    return (startIndex...(endIndex - part.count)).first { self[$0...].starts(with: part) }
  }
}
