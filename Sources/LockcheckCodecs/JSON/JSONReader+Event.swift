import LockcheckTrace

/// What the members of an event say, before it is known to fit together.
private struct EventParts {
  var seen: UInt32 = 0
  var operation = Operation.dummy
  var thread = ThreadID.absent
  var child = ThreadID.absent
  var object = ObjectID.absent
  var lock = ObjectID.absent
  var holder = ThreadID.absent
  var stack = StackID.absent
  var time: UInt64?
  var kind = ObjectKind.undetermined
  var mode = LockMode.exclusive
  var attempt = Event.Attempt.blocking
  var result = Event.Result.success
  var isPending = false
  var count: UInt64?
  var item: UInt64?
  var size: UInt64?
  var call = LibraryCall.mutexInit
  var error = LibraryError.invalid

  /// Notes a member.
  /// - Returns: False where it was there already.
  @inline(__always) mutating func note(_ member: EventMember) -> Bool {
    let bit: UInt32 = 1 << UInt32(member.ordinal)
    guard seen & bit == 0 else { return false }
    seen |= bit
    return true
  }

  @inline(__always) func has(_ member: EventMember) -> Bool {
    seen & 1 << UInt32(member.ordinal) != 0
  }
}

extension EventMember {
  /// A small number of its own.
  @inline(__always) fileprivate var ordinal: UInt32 {
    switch self {
    case .type: 0
    case .thread: 1
    case .op: 2
    case .object: 3
    case .child: 4
    case .lock: 5
    case .stack: 6
    case .at: 7
    case .t: 8
    case .kind: 9
    case .mode: 10
    case .attempt: 11
    case .result: 12
    case .pending: 13
    case .count: 14
    case .item: 15
    case .size: 16
    case .holder: 17
    case .call: 18
    case .error: 19
    }
  }
}

extension JSONReader {
  /// An event, from its opening brace to behind its closing one.
  mutating func event(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> Event {
    guard tokens.peek(text) == UInt8(ascii: "{") else {
      throw tokens.unexpected(text, "an event: '{'")
    }
    let start = tokens.at
    tokens.at += 1
    var parts = EventParts()
    if !tokens.isEmpty(UInt8(ascii: "}"), text) {
      repeat {
        let name = try member(&tokens, text)
        guard let member = EventMember(rawValue: name) else {
          try skip(&tokens, text)
          continue
        }
        guard parts.note(member) else { throw duplicate("\(member)", tokens, text) }
        try read(member, into: &parts, &tokens, text, &tables)
      } while try tokens.hasAnother(before: UInt8(ascii: "}"), text)
    }
    return try make(parts, from: start, &tables)
  }

  @inline(__always) private mutating func read(
    _ member: EventMember, into parts: inout EventParts, _ tokens: inout JSONTokens,
    _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) {
    switch member {
    case .thread: parts.thread = try thread(&tokens, text, &tables)
    case .op: parts.operation = try operation(&tokens, text)
    case .object: parts.object = try object(&tokens, text, &tables)
    case .child: parts.child = try thread(&tokens, text, &tables)
    case .lock: parts.lock = try object(&tokens, text, &tables)
    case .holder: parts.holder = try thread(&tokens, text, &tables)
    case .stack:
      let stack = try stack(&tokens, text, &tables)
      // Where both are there, the whole stack says more than the place.
      parts.stack = stack
    case .at:
      let place = try place(&tokens, text, &tables)
      if !parts.has(.stack) { parts.stack = place }
    case .t: parts.time = try tokens.unsigned(text)
    case .count: parts.count = try tokens.unsigned(text)
    case .item: parts.item = try tokens.unsigned(text)
    case .size: parts.size = try tokens.unsigned(text)
    case .pending: parts.isPending = try tokens.boolean(text)
    case .kind:
      parts.kind = try word(words.kinds, JSONWords.kinds, &tokens, text) { $0.name }
    case .mode: parts.mode = try word(words.modes, JSONWords.modes, &tokens, text) { "\($0)" }
    case .attempt:
      parts.attempt = try word(words.attempts, JSONWords.attempts, &tokens, text) { "\($0)" }
    case .result:
      parts.result = try word(words.results, JSONWords.results, &tokens, text) { "\($0)" }
    case .call: parts.call = try word(words.calls, JSONWords.calls, &tokens, text) { $0.name }
    case .error: parts.error = try word(words.errors, JSONWords.errors, &tokens, text) { $0.name }
    case .type: try skip(&tokens, text)
    }
  }

  @inline(__always) private mutating func operation(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> Operation {
    let start = tokens.at
    switch tokens.short(text).flatMap(FrequentOperation.init) {
    case .acquire: return .acquire
    case .release: return .release
    case .read: return .read
    case .write: return .write
    case nil: tokens.at = start
    }
    let string = try tokens.string(text, scratch: &scratch, "the name of an operation")
    if let place = find(string, in: words.operations, text) {
      return JSONWords.operations[Int(place)]
    }
    throw tokens.invalid(
      text, at: string.place, "unknown operation", expected: JSONWords.operations.map(\.name),
      code: .unknownOperation)
  }

  /// Makes sure that the parts fit together, and puts them into an event.
  @inline(__always) private mutating func make(
    _ parts: EventParts, from start: Int, _ tables: inout TraceTables
  ) throws(TextStop) -> Event {
    guard parts.has(.thread) else { throw missing("thread", in: "an event", at: start) }
    guard parts.has(.op) else { throw missing("op", in: "an event", at: start) }
    var event = Event(parts.operation, by: parts.thread, at: parts.stack)
    event.isPending = parts.isPending
    event.attempt = parts.attempt
    event.result = parts.result
    event.time = parts.time
    switch parts.operation {
    case .fork:
      guard parts.has(.child) else { throw missing("child", in: "a fork", at: start) }
      event.child = parts.child
      return event
    case .join, .queueJoin:
      if parts.has(.child) {
        guard !parts.has(.object) else { throw joinOfBoth(at: start) }
        event.child = parts.child
        return event
      }
      guard parts.has(.object) else {
        throw missing("child' or 'object", in: "a join", at: start)
      }
      event.operation = .queueJoin
    case .start, .exit, .begin, .end, .dummy: return event
    case .refused:
      guard parts.has(.call) else { throw missing("call", in: "a refused call", at: start) }
      guard parts.has(.error) else { throw missing("error", in: "a refused call", at: start) }
      event.refusal = Refusal(parts.call, parts.error)
      event.lock = parts.object
      return event
    case .acquire:
      event.mode = parts.mode
      event.count = parts.count
      event.holder = parts.holder
    case .release:
      event.mode = parts.mode
      event.count = parts.count
    case .notify:
      event.count = parts.count
      event.lock = parts.lock
    case .wait: event.lock = parts.lock
    case .put, .get: event.item = parts.item
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate: event.size = parts.size
    case .set, .clear, .taskDone, .close, .create, .destroy: break
    }
    guard parts.has(.object) else {
      throw missing("object", in: "the operation \(parts.operation.name)", at: start)
    }
    event.object = parts.object
    do throws(TraceRegistry.Mismatch) {
      try registry.settle(event, said: parts.kind, tables: &tables)
    } catch {
      throw mismatch(error, event, tables, at: start)
    }
    if parts.lock.isPresent, event.lock.isPresent { try checkLock(event, tables, at: start) }
    return event
  }

  private func joinOfBoth(at start: Int) -> TextStop {
    .fault(
      TextFault(
        index: start, code: .invalidValue, message: "a join of a thread and of a queue at once",
        expected: ["'child'", "'object'"]))
  }

  /// What a wait gives up has to be a lock.
  private func checkLock(
    _ event: Event, _ tables: TraceTables, at start: Int
  ) throws(TextStop) {
    let kind = registry.objects[event.lock.index].kind
    guard kind != .undetermined, !kind.isLock else { return }
    throw .fault(
      TextFault(
        index: start, code: .operationMismatch,
        message: "\(label(event.lock, tables)) is a \(kind.name)",
        found: "lock of a \(event.operation.name)", expected: ["a lock, rlock or rwlock"]))
  }

  private func mismatch(
    _ mismatch: TraceRegistry.Mismatch, _ event: Event, _ tables: TraceTables, at start: Int
  ) -> TextStop {
    let label = label(event.object, tables)
    var fault = TextFault(index: start, code: .operationMismatch, message: "")
    switch mismatch {
    case .operation(let operation, let kind):
      fault.message = "\(operation.name) cannot be done to \(label), which is a \(kind.name)"
      fault.found = operation.name
      let allowed = JSONWords.operations.filter { kind.allows($0) || $0 == .join && kind.isQueue }
      fault.expected = allowed.map(\.name)
    case .kind(let said, let kind):
      fault.message = "\(label) is a \(kind.name) already"
      fault.found = said.name
      fault.expected = [kind.name]
    case .mode(let kind):
      fault.message = "\(label) is a \(kind.name), and only an rwlock is held in a mode"
      fault.found = "shared"
      fault.expected = ["exclusive"]
    }
    return .fault(fault)
  }

  /// An object as an error names it.
  private func label(_ object: ObjectID, _ tables: TraceTables) -> String {
    if let name = tables.objects.name(of: object) { return "'\(name)'" }
    return "object \(tables.objects[object].externalID.map(String.init) ?? "without a name")"
  }
}
