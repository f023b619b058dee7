import LockcheckFindings

/// Writes JSON text from the outside in: indented by two blanks, members in the order in which they
/// come, the same bytes for the same calls.
struct JSONWriter {
  private(set) var text = ""
  private var isFirst = true
  private var depth = 0
  private var isInLine = false

  /// Writes `{ … }` around what `members` writes.
  mutating func object(_ members: (inout JSONWriter) -> Void) { nest("{", members, "}") }

  /// Writes `{ … }` around what `members` writes, on one line.
  mutating func line(_ members: (inout JSONWriter) -> Void) {
    let wasInLine = isInLine
    isInLine = true
    nest("{", members, "}")
    isInLine = wasInLine
  }

  /// Writes `[ … ]` with one value for each element.
  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ value: (inout JSONWriter, Elements.Element) -> Void
  ) {
    nest(
      "[",
      { writer in
        for element in elements {
          writer.separate()
          value(&writer, element)
        }
      }, "]")
  }

  /// Writes `"name": ` and then what `value` writes.
  mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
    separate()
    string(name)
    text += ": "
    value(&self)
  }

  mutating func member(_ name: String, _ value: String) { member(name) { $0.string(value) } }
  mutating func member(_ name: String, _ value: Int) { member(name) { $0.number(value) } }
  mutating func member(_ name: String, _ value: Bool) { member(name) { $0.boolean(value) } }
  mutating func member(_ name: String, _ values: [String]) {
    member(name) { $0.array(values) { $0.string($1) } }
  }

  /// Writes a value that is JSON already.
  mutating func raw(_ json: String) { text += json }

  mutating func boolean(_ value: Bool) { text += value ? "true" : "false" }
  mutating func number(_ value: Int) { text += String(value) }

  /// Writes a list of numbers on one line: there may be millions of them.
  mutating func numbers(_ values: [Int]) {
    text += "[" + values.map { String($0) }.joined(separator: ", ") + "]"
  }

  mutating func string(_ value: String) { text.appendQuoted(value) }

  private mutating func nest(
    _ open: String, _ content: (inout JSONWriter) -> Void, _ close: String
  ) {
    text += open
    depth += 1
    isFirst = true
    content(&self)
    depth -= 1
    if !isFirst, !isInLine { newLine() }
    isFirst = false
    text += close
  }

  private mutating func separate() {
    if isInLine {
      if !isFirst { text += ", " }
    } else {
      if !isFirst { text += "," }
      newLine()
    }
    isFirst = false
  }

  private mutating func newLine() {
    text += "\n"
    for _ in 0..<depth { text += "  " }
  }
}
