public import LockcheckTrace

/// A short name of a finding that the next run, on another machine or after an edit elsewhere in the
/// file, gives it again.
///
/// Made of the rule and, for every step, the functions and files of the program's own frames, of a thread's end
/// without a place those that took what it holds, of a refused call the call and its error too; objects come in by
/// name only where a step's stack names no function. Line numbers, addresses and the numbers of threads and objects
/// have no part in it, nor has the folder that a file is in, nor the order of the steps. Findings of one rule in the
/// same functions therefore share a fingerprint, even on different variables.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
  /// The hash: FNV-1a, 64 bits. Not meant to withstand anybody who wants two to be equal.
  public let rawValue: UInt64

  /// Takes back what ``description`` gave: 16 hexadecimal digits, nil where they are not.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 16, text.utf8.allSatisfy({ $0.isHexadecimalDigit }),
      let value = UInt64(text, radix: 16)
    else { return nil }
    rawValue = value
  }

  /// The fingerprint of `finding`, whose frames stand resolved in `tables`.
  ///
  /// - Complexity: O(frames in its stacks).
  public init(of finding: Finding, tables: TraceTables) {
    self.init(
      of: finding,
      by: Signatures(steps: finding.steps, objects: finding.objects, tables: tables))
  }

  init(of finding: Finding, by signatures: Signatures) {
    let places = finding.steps.map { $0.place(among: finding.objects) }
    var words = places.map { signatures.signature(of: $0) }.sorted()
    if places.contains(where: { !signatures.namesFunction($0) }) {
      words += finding.objects.map { signatures.tables.className(of: $0) }.sorted()
    }
    var hash = FNV1a()
    hash.combine(finding.rule.name)
    words.forEach { hash.combine($0) }
    if !finding.call.isEmpty { hash.combine(finding.call) }
    rawValue = hash.value
  }

  /// 16 hexadecimal digits.
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Finding {
  /// Which call was refused, and how: one function may have several. Empty of other findings.
  var call: String {
    guard case .refused(let refusal) = reason else { return "" }
    return "\(refusal.call.name) \(refusal.error.name)"
  }
}

extension Step {
  /// Where it is in the code: of a thread's end, which may have no place, where it took one of `objects`.
  func place(among objects: [ObjectID]) -> StackID {
    if stack.isPresent || operation != .exit { return stack }
    return holding.last { objects.contains($0.object) }?.stack ?? stack
  }
}

/// The hash of Fowler, Noll and Vo in its variant 1a: the same in every process, unlike `Hasher`.
private struct FNV1a {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
    combine(0xff)  // no byte of UTF-8: "ab", "c" and "a", "bc" differ
  }

  private mutating func combine(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}

extension UInt8 {
  fileprivate var isHexadecimalDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
