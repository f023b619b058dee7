import LockcheckTrace

/// What came of a member of a row.
private enum MemberReading {
  /// It is none that is known.
  case unknown
  case taken
  /// It was there already.
  case twice(String)

  init(_ member: some Any, isNew: Bool) { self = isNew ? .taken : .twice("\(member)") }
}

extension JSONReader {
  /// Reads an object's members: `read` takes the name and reads the value, or says that it does not
  /// know the member.
  private mutating func members(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ what: StaticString,
    _ read: (inout Self, inout JSONTokens, borrowing Span<UInt8>, JSONString) throws(TextStop) ->
      MemberReading
  ) throws(TextStop) {
    guard tokens.peek(text) == UInt8(ascii: "{") else {
      if tokens.at >= tokens.end { throw .more }
      throw tokens.invalid(text, at: tokens.at, "not an object", expected: ["\(what)"])
    }
    tokens.at += 1
    if tokens.isEmpty(UInt8(ascii: "}"), text) { return }
    repeat {
      let name = try name(&tokens, text)
      switch try read(&self, &tokens, text, name) {
      case .taken: break
      case .unknown: try skip(&tokens, text)
      case .twice(let member): throw duplicate(member, tokens, text)
      }
    } while try tokens.hasAnother(before: UInt8(ascii: "}"), text)
  }

  /// Reads an array's elements.
  mutating func elements(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ what: StaticString,
    _ read: (inout Self, inout JSONTokens, borrowing Span<UInt8>) throws(TextStop) -> Void
  ) throws(TextStop) {
    try tokens.openArray(text, what)
    if tokens.isEmpty(UInt8(ascii: "]"), text) { return }
    repeat {
      try read(&self, &tokens, text)
    } while try tokens.hasAnother(
      before: UInt8(ascii: "]"), text)
  }

  /// The name of a member that fits into eight bytes.
  private func short<Member: RawRepresentable<UInt64>>(_ name: JSONString) -> Member? {
    name.key.length <= 8 ? Member(rawValue: name.key.head) : nil
  }
}

extension JSONReader {
  /// A row of one of the tables.
  mutating func row(
    _ row: JSONRow, _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>,
    _ tables: inout TraceTables
  ) throws(TextStop) {
    switch row {
    case .thread: try threadRow(&tokens, text, &tables)
    case .object: try objectRow(&tokens, text, &tables)
    case .frame: try frameRow(&tokens, text, &tables)
    case .stack: try stackRow(&tokens, text, &tables)
    case .event: preconditionFailure("events are no table")
    }
  }
}

// MARK: - Threads

extension JSONReader {
  /// A row of the threads' table.
  mutating func threadRow(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let start = tokens.at
    var row = ThreadRow()
    var seen: Set<ThreadMember> = []
    try members(&tokens, text, "a row of the threads") {
      (reader, tokens, text, string) throws(TextStop) in
      guard let member: ThreadMember = reader.short(string) else { return .unknown }
      switch member {
      case .id: row.externalID = try tokens.signed(text)
      case .name: row.name = try reader.text(&tokens, text)
      case .kind: row.kind = try reader.text(&tokens, text)
      case .type: try reader.skip(&tokens, text)
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    guard row.externalID != nil || row.name != nil else {
      throw missing("id", in: "a thread", at: start)
    }
    let named = row.name.flatMap { registry.threadNames.find($0) }
    let numbered = row.externalID.flatMap { registry.threadNumbers[$0] }
    let thread: ThreadID
    if let known = known(numbered, named, hasRow: registry.threadHasRow, row.externalID) {
      guard !registry.threadHasRow[Int(known)] else {
        throw declaredTwice("thread", row.externalID, row.name, at: start)
      }
      thread = ThreadID(rawValue: known)
      tables.threads[thread.index] = row
      registry.threadHasRow[thread.index] = true
      if numbered == nil, let number = row.externalID {
        registry.threadNumbers.insert(number, value: known)
      }
    } else {
      thread = registry.addThread(row, hasRow: true, to: &tables)
    }
    if named == nil, let name = row.name {
      registry.threadNames.insert(name, value: thread.rawValue)
    }
  }

  /// The thing that a row is about, where it was met before: by its number, or by a name that nothing
  /// with a row has.
  private func known(
    _ numbered: UInt32?, _ named: UInt32?, hasRow: [Bool], _ number: Int64?
  ) -> UInt32? {
    if let numbered { return numbered }
    guard let named else { return nil }
    return number == nil || !hasRow[Int(named)] ? named : nil
  }

  private func declaredTwice(
    _ what: String, _ number: Int64?, _ name: String?, at start: Int
  ) -> TextStop {
    .fault(
      TextFault(
        index: start, code: .duplicate, message: "a second row for one \(what)",
        found: number.map(String.init) ?? name, expected: ["each id once"]))
  }

}

// MARK: - Objects

extension JSONReader {
  private struct ObjectParts {
    var kind = ObjectKind.undetermined
    var name: String?
    var stack = StackID.absent
    var details = ObjectDetails()
  }

  /// A row of the objects' table.
  mutating func objectRow(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let start = tokens.at
    var parts = ObjectParts()
    var seen: Set<ObjectMember> = []
    var lock: Int?
    var pool: Int?
    try members(&tokens, text, "a row of the objects") {
      (reader, tokens, text, string) throws(TextStop) in
      let found = reader.find(string, in: reader.words.objectMembers, text)
      guard let member = found.flatMap(ObjectMember.init) else { return .unknown }
      if member == .lock || member == .pool {
        // Resolved after the row itself, so that the row comes first in the table.
        _ = tokens.peek(text)
        let place = tokens.at
        try reader.checkReference(&tokens, text)
        if member == .lock { lock = place } else { pool = place }
      } else {
        try reader.read(member, into: &parts, &tokens, text, &tables)
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    guard parts.details.externalID != nil || parts.name != nil else {
      throw missing("id", in: "an object", at: start)
    }
    let object = try declare(parts, at: start, &tables)
    if let lock {
      var again = JSONTokens(at: lock, end: tokens.end)
      let other = try self.object(&again, text, &tables)
      tables.objects[object].lock = other
    }
    if let pool {
      var again = JSONTokens(at: pool, end: tokens.end)
      let other = try self.object(&again, text, &tables)
      tables.objects[object].pool = other
    }
  }

  private mutating func read(
    _ member: ObjectMember, into parts: inout ObjectParts, _ tokens: inout JSONTokens,
    _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    switch member {
    case .id: parts.details.externalID = try tokens.signed(text)
    case .kind:
      parts.kind = try word(words.kinds, JSONWords.kinds, &tokens, text) { $0.name }
    case .name: parts.name = try self.text(&tokens, text)
    case .stack: parts.stack = try stack(&tokens, text, &tables)
    case .value: parts.details.value = try tokens.unsigned(text)
    case .bound: parts.details.bound = try tokens.unsigned(text)
    case .capacity: parts.details.capacity = try tokens.unsigned(text)
    case .parties:
      parts.details.parties = try positive(&tokens, text, "a barrier for nobody")
    case .workers:
      parts.details.workers = try positive(&tokens, text, "a pool without workers")
    case .preference:
      parts.details.preference = try word(
        words.preferences, JSONWords.preferences, &tokens, text
      ) { $0.name }
    case .handover: parts.details.handover = try tokens.boolean(text)
    case .order:
      parts.details.order = try word(words.orders, JSONWords.orders, &tokens, text) { "\($0)" }
    case .class: parts.details.declaredClass = try self.text(&tokens, text)
    case .level: parts.details.level = try tokens.unsigned(text)
    case .address: parts.details.address = try tokens.unsigned(text, to: .max)
    case .module: parts.details.module = try self.text(&tokens, text)
    case .offset: parts.details.offset = try tokens.unsigned(text, to: .max)
    case .buildID: parts.details.buildID = try self.text(&tokens, text)
    case .type, .lock, .pool: try skip(&tokens, text)
    }
  }

  /// An amount that 0 makes no sense of.
  private func positive(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ nonsense: String
  ) throws(TextStop) -> UInt64 {
    _ = tokens.peek(text)
    let place = tokens.at
    let amount = try tokens.unsigned(text)
    guard amount > 0 else {
      throw tokens.invalid(text, at: place, nonsense, expected: ["a whole number from 1"])
    }
    return amount
  }

  /// Puts a row into the tables, or fills in what was used before its row came.
  private mutating func declare(
    _ parts: ObjectParts, at start: Int, _ tables: inout TraceTables
  ) throws(TextStop) -> ObjectID {
    let number = parts.details.externalID
    let named = parts.name.flatMap { registry.objectNames.find($0) }
    let numbered = number.flatMap { registry.objectNumbers[$0] }
    let hasRow = named.map { registry.objects[Int($0)].hasRow } ?? false
    let known = numbered ?? (number == nil || !hasRow ? named : nil)
    var state = TraceRegistry.ObjectState(kind: parts.kind, hasRow: true)
    guard let known else {
      let object = registry.addObject(
        state, name: parts.name, stack: parts.stack, details: parts.details, to: &tables)
      if named == nil, let name = parts.name {
        registry.objectNames.insert(name, value: object.rawValue)
      }
      return object
    }
    let object = ObjectID(rawValue: known)
    guard !registry.objects[object.index].hasRow else {
      throw declaredTwice("object", number, parts.name, at: start)
    }
    let earlier = registry.objects[object.index]
    if let operation = TraceRegistry.mismatch(earlier.operations, parts.kind) {
      throw .fault(
        TextFault(
          index: start, code: .operationMismatch,
          message: "a row for what was used as something else before", found: parts.kind.name,
          expected: ["a kind that allows \(operation.name)"]))
    }
    if parts.kind == .undetermined { state.kind = earlier.kind }
    state.operations = earlier.operations
    registry.objects[object.index] = state
    tables.objects.setKind(state.kind, of: object)
    if let name = parts.name { tables.objects.setName(name, of: object) }
    if parts.stack.isPresent { tables.objects.setStack(parts.stack, of: object) }
    tables.objects[object] = parts.details
    if numbered == nil, let number { registry.objectNumbers.insert(number, value: known) }
    if named == nil, let name = parts.name {
      registry.objectNames.insert(name, value: known)
    }
    return object
  }
}

// MARK: - Stacks and frames

extension JSONReader {
  /// A row of the stacks' table.
  mutating func stackRow(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let start = tokens.at
    var number: Int64?
    var frames: [FrameID] = []
    var seen: Set<StackMember> = []
    try members(&tokens, text, "a row of the stacks") {
      (reader, tokens, text, string) throws(TextStop) in
      guard let member: StackMember = reader.short(string) else { return .unknown }
      switch member {
      case .id: number = try tokens.signed(text)
      case .frames:
        frames = []
        try reader.elements(&tokens, text, "the ids of frames, innermost first") {
          (reader, tokens, text) throws(TextStop) in
          _ = tokens.peek(text)
          let place = tokens.at
          let number = try tokens.signed(text)
          let known = reader.registry.frameNumbers[number]
          let frame = reader.registry.frame(number, index: place, tables: &tables)
          if known == nil { reader.newPromises.append((true, frame.rawValue)) }
          frames.append(frame)
        }
      case .type: try reader.skip(&tokens, text)
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    guard let number else { throw missing("id", in: "a stack", at: start) }
    guard seen.contains(.frames) else { throw missing("frames", in: "a stack", at: start) }
    guard let known = registry.stackNumbers[number] else {
      _ = registry.addStack(CallStack(frames), number: number, hasRow: true, to: &tables)
      return
    }
    guard !registry.stackHasRow[Int(known)] else {
      throw declaredTwice("stack", number, nil, at: start)
    }
    registry.stackHasRow[Int(known)] = true
    registry.promisedStacks[known] = nil
    tables.stacks[Int(known)] = CallStack(frames)
  }

  /// A row of the frames' table.
  mutating func frameRow(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let start = tokens.at
    var row = Frame()
    var seen: Set<FrameMember> = []
    try members(&tokens, text, "a row of the frames") {
      (reader, tokens, text, string) throws(TextStop) in
      guard let member: FrameMember = reader.short(string) else { return .unknown }
      switch member {
      case .id: row.externalID = try tokens.signed(text)
      case .function: row.function = try reader.text(&tokens, text)
      case .file: row.file = try reader.text(&tokens, text)
      case .line: row.line = Int(try tokens.unsigned(text, to: UInt64(Int.max)))
      case .module: row.module = try reader.text(&tokens, text)
      case .address: row.address = try tokens.unsigned(text, to: .max)
      case .offset: row.offset = try tokens.unsigned(text, to: .max)
      case .buildID: row.buildID = try reader.text(&tokens, text)
      case .type: try reader.skip(&tokens, text)
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    guard let number = row.externalID else { throw missing("id", in: "a frame", at: start) }
    guard let known = registry.frameNumbers[number] else {
      tables.frames.append(row)
      registry.frameNumbers.insert(number, value: UInt32(tables.frames.count - 1))
      return
    }
    guard registry.promisedFrames.removeValue(forKey: known) != nil else {
      throw declaredTwice("frame", number, nil, at: start)
    }
    tables.frames[Int(known)] = row
  }
}

// MARK: - The header

extension JSONReader {
  /// The process that ran.
  mutating func process(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    var process = TraceHeader.Process()
    var seen: Set<ProcessMember> = []
    try members(&tokens, text, "a process") {
      (reader, tokens, text, string) throws(TextStop) in
      let found = reader.find(string, in: reader.words.processMembers, text)
      guard let member = found.flatMap(ProcessMember.init) else { return .unknown }
      switch member {
      case .pid: process.pid = try tokens.signed(text)
      case .executable: process.executable = try reader.text(&tokens, text)
      case .arguments:
        try reader.elements(&tokens, text, "strings") { (reader, tokens, text) throws(TextStop) in
          process.arguments.append(try reader.text(&tokens, text))
        }
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    header.process = process
  }

  /// The name of the format, which has to be ours.
  mutating func format(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let place = tokens.at
    guard try self.text(&tokens, text) == JSONWords.format else {
      throw tokens.invalid(
        text, at: place, "another format", expected: [JSONWords.format], code: .unknownFormat)
    }
  }

  /// The version, which has to be one that is known.
  mutating func version(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let place = tokens.at
    let version = try tokens.unsigned(text)
    guard version <= JSONWords.version else {
      throw tokens.invalid(
        text, at: place, "written by a later version",
        expected: ["version \(JSONWords.version)"], code: .unsupportedVersion)
    }
    guard version > 0 else {
      throw tokens.invalid(
        text, at: place, "no such version", expected: ["version \(JSONWords.version)"])
    }
    header.version = Int(version)
  }

  /// How the accesses were put in order.
  mutating func accessOrder(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    header.accessOrder = try word(
      words.accessOrders, JSONWords.accessOrders, &tokens, text
    ) { $0.rawValue }
  }

  /// How the atomic accesses were put in order; as the others, unless it is said.
  mutating func atomicOrder(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    let order = try word(words.accessOrders, JSONWords.accessOrders, &tokens, text) { $0.rawValue }
    header.hasExactAtomics = order == .exact
  }

  /// Whether the values by which threads decide can be in the trace.
  mutating func values(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    let values = try word(words.values, JSONWords.values, &tokens, text) { $0 }
    header.omitsValues = values == JSONWords.values[1]
  }

  /// How many events stood before the first one.
  mutating func droppedEvents(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    header.droppedEvents = try tokens.unsigned(text)
  }

  /// The header of the line form.
  mutating func headerRow(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) {
    _ = tokens.peek(text)
    let start = tokens.at
    var seen: Set<TraceMember> = []
    try members(&tokens, text, "the header") { (reader, tokens, text, string) throws(TextStop) in
      let found = reader.find(string, in: reader.words.traceMembers, text)
      guard let member = found.flatMap(TraceMember.init) else { return .unknown }
      switch member {
      case .format: try reader.format(&tokens, text)
      case .version: try reader.version(&tokens, text)
      case .process: try reader.process(&tokens, text)
      case .accessOrder: try reader.accessOrder(&tokens, text)
      case .atomicOrder: try reader.atomicOrder(&tokens, text)
      case .values: try reader.values(&tokens, text)
      case .droppedEvents: try reader.droppedEvents(&tokens, text)
      case .threads, .objects, .frames, .stacks, .events: return .unknown
      }
      return MemberReading(member, isNew: seen.insert(member).inserted)
    }
    guard seen.contains(.format) else { throw missing("format", in: "a header", at: start) }
    guard seen.contains(.version) else { throw missing("version", in: "a header", at: start) }
  }

  /// What the row at the tokens is, by its member `type`.
  func type(
    of tokens: JSONTokens, _ text: borrowing Span<UInt8>, scratch: inout [UInt8]
  ) throws(TextStop) -> JSONRow {
    var tokens = tokens
    _ = tokens.peek(text)
    let start = tokens.at
    try tokens.expect(UInt8(ascii: "{"), text, "a row: '{'")
    if !tokens.isEmpty(UInt8(ascii: "}"), text) {
      repeat {
        let name = try tokens.string(text, scratch: &scratch, "a member's name")
        try tokens.expect(UInt8(ascii: ":"), text, "':'")
        guard name.key.length == 4, name.key.head == EventMember.type.rawValue else {
          var skip = JSONSkip()
          try tokens.skip(&skip, text, scratch: &scratch)
          continue
        }
        let type = try tokens.string(text, scratch: &scratch, "the sort of row")
        let bytes = scratch.span
        let found =
          type.isInScratch ? words.rows.find(type.key, in: bytes) : find(type, in: words.rows, text)
        if let row = found.flatMap(JSONRow.init) { return row }
        throw tokens.invalid(
          text, at: type.place, "an unknown sort of row", expected: JSONWords.rows.map { "\($0)" })
      } while try tokens.hasAnother(before: UInt8(ascii: "}"), text)
    }
    throw missing("type", in: "a row", at: start)
  }
}
