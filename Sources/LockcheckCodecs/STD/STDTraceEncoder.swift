public import LockcheckTrace

/// Writes `THREAD|OP(NAME)|LOCATION`, one event a line.
///
/// STD can say less than a trace may hold. What it cannot say is refused, or, if that is asked for,
/// left out and counted in ``dropped``. A wait on a condition that names its lock is then written as
/// the release and the acquire that it contains, so that who holds what stays true.
public struct STDTraceEncoder: TraceEncoder {
  private var output: TextOutput
  private let isDropping: Bool
  private var threads = STDNames(prefix: "T")
  private var locks = STDNames(prefix: "L")
  private var variables = STDNames(prefix: "V")
  private var locations: [StackID: [UInt8]] = [:]
  private var firstNewThread = 0
  private var firstNewObject = 0
  /// The threads that have given up a lock to wait on a condition.
  private var waiting: Set<ThreadID> = []

  /// How much was left out, by what it is.
  public private(set) var dropped: [String: Int] = [:]

  /// Writes to `sink`.
  ///
  /// - Parameters:
  ///   - header: What was said about the whole trace, none of which STD can say.
  ///   - dropping: Whether to leave out what STD cannot say instead of refusing it.
  /// - Throws: ``TraceCodingError/Code/notRepresentable``.
  public init(
    _ sink: any ByteSink, header: TraceHeader = TraceHeader(), dropping: Bool = false
  ) throws(TraceCodingError) {
    output = TextOutput(sink)
    isDropping = dropping
    if header.process != nil { try drop("description of the process") }
    if header.droppedEvents != nil { try drop("count of dropped events") }
    if header.accessOrder != .exact { try drop("approximate order of accesses") }
  }

  /// Writes `events`, one line each.
  public mutating func write(
    _ events: ArraySlice<Event>, tables: borrowing TraceTables
  ) throws(TraceCodingError) {
    try look(at: tables)
    for event in events {
      if let (word, object) = try word(for: event, tables) {
        try put(event, word, object, tables)
        try output.flush()
      }
    }
  }

  /// Writes what has not been written yet.
  public mutating func finish(tables: borrowing TraceTables) throws(TraceCodingError) {
    try look(at: tables)
    try output.flush(always: true)
  }

  /// Leaves something out, or refuses to.
  private mutating func drop(_ what: String) throws(TraceCodingError) {
    guard isDropping else {
      throw TraceCodingError(
        .notRepresentable, at: .file, "STD cannot say everything that this trace does",
        found: what,
        expected: ["a trace of lock, variable, fork and join events, or leave to drop the rest"])
    }
    dropped[what, default: 0] += 1
  }
}

// MARK: - What STD can say

extension STDTraceEncoder {
  /// Counts what the new rows of the tables hold beyond names.
  private mutating func look(at tables: borrowing TraceTables) throws(TraceCodingError) {
    while firstNewThread < tables.threads.count {
      if tables.threads[firstNewThread].kind != nil { try drop("kind of a thread") }
      firstNewThread += 1
    }
    while firstNewObject < tables.objects.count {
      let object = ObjectID(firstNewObject)
      if tables.objects.stack(of: object).isPresent { try drop("birthplace of an object") }
      let details = tables.objects[object]
      if details.handover != nil { try drop("hand-over of a lock") }
      if details.declaredClass != nil { try drop("class of an object") }
      if details.level != nil { try drop("level of an object") }
      if details.address != nil { try drop("address of an object") }
      firstNewObject += 1
    }
  }

  /// The word for an event, and the object it is done to; nil where there is none.
  private mutating func word(
    for event: Event, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) -> (STDWord, ObjectID)? {
    if event.operation == .wait, event.lock.isPresent {
      return try wordForWait(event, tables)
    }
    guard let word = STDWord.allCases.first(where: { $0.operation == event.operation }) else {
      try drop("\(event.operation.name) event")
      return nil
    }
    if event.operation.namesObject {
      let kind = tables.objects.kind(of: event.object)
      guard kind == .lock || kind == .rlock || kind == .variable else {
        try drop("\(event.operation.name) event of a \(kind.name)")
        return nil
      }
      if event.count != nil { try drop("count or size of an event") }
      if event.holder.isPresent { try drop("holder of a lock that is waited for") }
    }
    guard event.result == .success else {
      try drop("attempt that did not succeed")
      return nil
    }
    if event.attempt != .blocking { try drop("kind of an attempt") }
    guard event.isPending else { return (word, event.object) }
    guard word == .acq else {
      try drop("pending \(event.operation.name) event")
      return nil
    }
    return (.req, event.object)
  }

  /// A wait gives its lock up and takes it again.
  private mutating func wordForWait(
    _ event: Event, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) -> (STDWord, ObjectID)? {
    try drop("wait on a condition, written as release and acquire of its lock")
    let kind = tables.objects.kind(of: event.lock)
    guard kind == .lock || kind == .rlock else { return nil }
    if event.isPending {
      waiting.insert(event.thread)
      return (.rel, event.lock)
    }
    if waiting.remove(event.thread) == nil { try put(event, .rel, event.lock, tables) }
    return (.acq, event.lock)
  }

  private mutating func put(
    _ event: Event, _ word: STDWord, _ object: ObjectID, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) {
    if event.time != nil { try drop("time of an event") }
    output.put(try name(event.thread, tables))
    output.put("|")
    output.put(word.rawValue)
    if word.takesArgument {
      output.put("(")
      if event.operation.namesThread {
        output.put(try name(event.child, tables))
      } else {
        output.put(try name(object, tables))
      }
      output.put(")")
    }
    output.put("|")
    output.put(try location(event.stack, tables))
    output.put("\n")
  }

  private mutating func name(
    _ thread: ThreadID, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) -> String {
    let row = tables[thread]
    let (name, isChanged) = threads.name(thread.rawValue, row.name, row.externalID)
    if isChanged { try drop("name of a thread") }
    return name
  }

  private mutating func name(
    _ object: ObjectID, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) -> String {
    let given = tables.objects.name(of: object)
    let number = tables.objects[object].externalID
    let isVariable = tables.objects.kind(of: object) == .variable
    let (name, isChanged) =
      isVariable
      ? variables.name(object.rawValue, given, number) : locks.name(object.rawValue, given, number)
    if isChanged { try drop("name of an object") }
    return name
  }

  private mutating func location(
    _ stack: StackID, _ tables: borrowing TraceTables
  ) throws(TraceCodingError) -> [UInt8] {
    guard stack.isPresent else { return [] }
    if let known = locations[stack] { return known }
    let frames = tables.frames(of: stack)
    let exact = frames.count == 1 ? frames[0].location : nil
    if exact == nil, !frames.isEmpty { try drop("call stack beyond one place") }
    let text = exact ?? frames.first { $0.location != nil }?.location ?? ""
    locations[stack] = Array(text.utf8)
    return Array(text.utf8)
  }
}

/// One of STD's name spaces: gives every thing a name that nothing else has.
private struct STDNames {
  let prefix: String
  private var names: [UInt32: String] = [:]
  private var used: Set<String> = []

  init(prefix: String) { self.prefix = prefix }

  /// - Returns: The name, and whether it is not the one that was asked for, said the first time.
  mutating func name(_ value: UInt32, _ given: String?, _ number: Int64?) -> (String, Bool) {
    if let known = names[value] { return (known, false) }
    var name = given ?? "\(prefix)\(number ?? Int64(value))"
    let isFree = Self.isSayable(name) && !used.contains(name)
    if !isFree { name = "\(prefix)\(number ?? Int64(value))" }
    while used.contains(name) { name += "_" }
    used.insert(name)
    names[value] = name
    return (name, given != nil && !isFree)
  }

  private static func isSayable(_ name: String) -> Bool {
    let bytes = name.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    return first != 0x20 && last != 0x20 && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7C }
      && name.unicodeScalars.first != "\u{FEFF}"
  }
}
