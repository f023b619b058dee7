import LockcheckReport

/// Writes JSON without a blank in it, the same bytes for the same calls.
///
/// Control characters in texts, and those that turn the direction of writing, are made visible: names come
/// from elsewhere.
struct CompactJSON {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Writes `{…}` around what `members` writes.
  mutating func object(_ members: (inout CompactJSON) -> Void) { nest("{", "}", members) }

  /// Writes `[…]` with one value for each element.
  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ value: (inout CompactJSON, Elements.Element) -> Void
  ) {
    nest("[", "]") { json in
      for element in elements {
        json.separate()
        value(&json, element)
      }
    }
  }

  /// Writes a list of numbers.
  mutating func numbers(_ values: some Sequence<Int>) { array(values) { $0.number($1) } }

  /// Writes `"name":` and then what `value` writes.
  mutating func member(_ name: StaticString, _ value: (inout CompactJSON) -> Void) {
    separate()
    string(name.description)
    bytes.append(UInt8(ascii: ":"))
    value(&self)
    needsComma = true
  }

  mutating func member(_ name: StaticString, _ value: String) { member(name) { $0.string(value) } }
  mutating func member(_ name: StaticString, _ value: Int) { member(name) { $0.number(value) } }
  mutating func member(_ name: StaticString, _ values: [String]) {
    member(name) { $0.array(values) { $0.string($1) } }
  }
  /// Writes a member only where it is true: what is not there is false.
  mutating func member(_ name: StaticString, _ value: Bool) {
    if value { member(name) { $0.append("true") } }
  }

  mutating func number(_ value: Int) { append(String(value)) }

  /// Writes a place in a drawing, to a tenth of a unit.
  mutating func coordinate(_ value: Double) {
    let tenths = Int((value * 10).rounded())
    let text = "\(abs(tenths) / 10)" + (tenths % 10 == 0 ? "" : ".\(abs(tenths) % 10)")
    append(tenths < 0 ? "-" + text : text)
  }

  mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.withoutControls.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case ..<0x20, 0x7f:
        let digits = String(byte, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func nest(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ content: (inout CompactJSON) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    needsComma = false
    content(&self)
    bytes.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
