import LockcheckTrace

/// Understands the rows of the JSON form, one at a time, and keeps what they declare.
///
/// Nothing here knows where the bytes come from: a row that runs into the end of what is at hand is
/// given up with ``TextStop/more`` and read again.
struct JSONReader {
  var registry = TraceRegistry()
  var header = TraceHeader()
  let words = JSONWords()
  /// Strings with escapes are written out here.
  var scratch: [UInt8] = []
  /// Whether every row of the tables has been read, so that what is not declared never will be.
  var isTableComplete = false
  /// Stacks and frames that were referred to in the row just read and have no row yet.
  var newPromises: [(isFrame: Bool, value: UInt32)] = []
}

// MARK: - Strings

extension JSONReader {
  /// Looks a string up without making it.
  @inline(__always) func find(
    _ string: JSONString, in table: NameTable, _ text: borrowing Span<UInt8>
  ) -> UInt32? {
    if string.isInScratch { return table.find(string.key, in: scratch.span) }
    return table.find(string.key, in: text)
  }

  func insert(
    _ string: JSONString, into table: inout NameTable, _ text: borrowing Span<UInt8>,
    value: UInt32
  ) {
    if string.isInScratch {
      table.insert(string.key, in: scratch.span, value: value)
    } else {
      table.insert(string.key, in: text, value: value)
    }
  }

  /// Reads a string and makes it.
  mutating func text(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> String {
    let string = try tokens.string(text, scratch: &scratch, "a string")
    return try tokens.make(string, text, scratch: scratch)
  }

  /// Reads one of a few words.
  @inline(__always) mutating func word<Word>(
    _ table: NameTable, _ meanings: @autoclosure () -> [Word],
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, names: (Word) -> String
  ) throws(TextStop) -> Word {
    let string = try tokens.string(text, scratch: &scratch, "a string")
    if let place = find(string, in: table, text) { return meanings()[Int(place)] }
    throw tokens.invalid(
      text, at: string.place, "an unknown word", expected: meanings().map(names))
  }

  /// Passes over a value.
  mutating func skip(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    var skip = JSONSkip()
    try tokens.skip(&skip, text, scratch: &scratch)
  }

  /// The name of a member as a number, where it is short enough: see ``EventMember``.
  @inline(__always) mutating func member(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> UInt64 {
    if let short = tokens.short(text) {
      try tokens.expect(UInt8(ascii: ":"), text, "':'")
      return short
    }
    let string = try name(&tokens, text)
    return string.key.length <= 8 ? string.key.head : 0
  }

  /// The name of a member, and the colon behind it.
  @inline(__always) mutating func name(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> JSONString {
    guard tokens.peek(text) == UInt8(ascii: "\"") else {
      throw tokens.unexpected(text, "a member's name")
    }
    let string = try tokens.string(text, scratch: &scratch, "a member's name")
    try tokens.expect(UInt8(ascii: ":"), text, "':'")
    return string
  }

  /// A member that stands twice in one row.
  func duplicate(
    _ name: String, _ tokens: JSONTokens, _ text: borrowing Span<UInt8>
  ) -> TextStop {
    .fault(
      TextFault(
        index: tokens.at, code: .duplicate, message: "the member '\(name)' a second time"))
  }

  /// A member that has to be there is not.
  func missing(_ name: String, in what: String, at index: Int) -> TextStop {
    .fault(
      TextFault(
        index: index, code: .missingMember, message: "\(what) without '\(name)'",
        expected: ["a member '\(name)'"]))
  }
}

// MARK: - References

extension JSONReader {
  /// A thread, by number or name, declared on first use.
  @inline(__always) mutating func thread(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ThreadID {
    if try isString(&tokens, text) {
      let string = try tokens.string(text, scratch: &scratch, "a number or a name")
      if let known = find(string, in: registry.threadNames, text) {
        return ThreadID(rawValue: known)
      }
      return try newThread(string, tokens, text, &tables)
    }
    return registry.thread(try tokens.signed(text), tables: &tables)
  }

  @inline(never) private mutating func newThread(
    _ string: JSONString, _ tokens: JSONTokens, _ text: borrowing Span<UInt8>,
    _ tables: inout TraceTables
  ) throws(TextStop) -> ThreadID {
    let name = try tokens.make(string, text, scratch: scratch)
    let thread = registry.addThread(ThreadRow(name: name), hasRow: false, to: &tables)
    insert(string, into: &registry.threadNames, text, value: thread.rawValue)
    return thread
  }

  /// An object, by number or name, declared on first use.
  @inline(__always) mutating func object(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ObjectID {
    if try isString(&tokens, text) {
      let string = try tokens.string(text, scratch: &scratch, "a number or a name")
      if let known = find(string, in: registry.objectNames, text) {
        return ObjectID(rawValue: known)
      }
      return try newObject(string, tokens, text, &tables)
    }
    return registry.object(try tokens.signed(text), tables: &tables)
  }

  @inline(never) private mutating func newObject(
    _ string: JSONString, _ tokens: JSONTokens, _ text: borrowing Span<UInt8>,
    _ tables: inout TraceTables
  ) throws(TextStop) -> ObjectID {
    let name = try tokens.make(string, text, scratch: scratch)
    let object = registry.addObject(TraceRegistry.ObjectState(), name: name, to: &tables)
    insert(string, into: &registry.objectNames, text, value: object.rawValue)
    return object
  }

  /// Passes over a number or a name, and makes sure that it is one.
  mutating func checkReference(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    if try isString(&tokens, text) {
      let string = try tokens.string(text, scratch: &scratch, "a name")
      _ = try tokens.make(string, text, scratch: scratch)
    } else {
      _ = try tokens.signed(text)
    }
  }

  @inline(__always) private func isString(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> Bool {
    let byte = tokens.peek(text)
    if byte == UInt8(ascii: "\"") { return true }
    if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") { return false }
    if tokens.at >= tokens.end { throw .more }
    throw tokens.invalid(
      text, at: tokens.at, "neither a number nor a name", expected: ["a whole number", "a string"])
  }

  /// A stack, by number.
  @inline(__always) mutating func stack(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> StackID {
    _ = tokens.peek(text)
    let place = tokens.at
    let number = try tokens.signed(text)
    if let known = registry.stackNumbers[number] { return StackID(rawValue: known) }
    if isTableComplete { throw undeclared("stack", number, at: place) }
    let stack = registry.stack(number, index: place, tables: &tables)
    newPromises.append((false, stack.rawValue))
    return stack
  }

  /// A number that no row of a table declares.
  func undeclared(_ what: String, _ number: Int64, at place: Int) -> TextStop {
    .fault(
      TextFault(
        index: place, code: .undeclared, message: "a \(what) that no row declares",
        found: String(number), expected: ["the id of a row of the \(what)s"]))
  }

  /// A stack of one frame, from `file:line` or `file:line function`.
  @inline(__always) mutating func place(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> StackID {
    let string = try tokens.string(text, scratch: &scratch, "\"file:line\"")
    if let known = find(string, in: registry.places, text) { return StackID(rawValue: known) }
    return try newPlace(string, tokens, text, &tables)
  }

  @inline(never) private mutating func newPlace(
    _ string: JSONString, _ tokens: JSONTokens, _ text: borrowing Span<UInt8>,
    _ tables: inout TraceTables
  ) throws(TextStop) -> StackID {
    let name = try tokens.make(string, text, scratch: scratch)
    guard let frame = Frame(place: name) else {
      throw tokens.invalid(
        text, at: string.place, "not a place in a file",
        expected: ["file:line", "file:line function"])
    }
    let stack = registry.addPlace(frame, to: &tables)
    insert(string, into: &registry.places, text, value: stack.rawValue)
    return stack
  }
}
