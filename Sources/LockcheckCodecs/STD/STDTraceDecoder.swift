public import LockcheckTrace

/// Reads `THREAD|OP(NAME)|LOCATION`, one event a line, as the public trace analysers write it.
///
/// Threads, locks and variables have names of their own: `L` the lock and `L` the variable are two
/// objects. A lock that its holder takes again becomes an `ObjectKind.rlock` there. A location is
/// kept as a frame: its `Frame.line` where it is a plain number, file, line and function where it
/// reads `file:line function`, and its `Frame.function` otherwise.
public struct STDTraceDecoder: TraceDecoder {
  private enum Phase { case start, lines, end }

  private var input: TextInput
  private let isRecovering: Bool
  private var phase = Phase.start
  private var isAmidLoss = false
  private var registry = TraceRegistry()
  private var locks = NameTable()
  private var variables = NameTable()
  private let words = NameTable(STDWord.allCases.map(\.rawValue))
  private let meanings = STDWord.allCases
  /// By lock: who holds it and how often, as far as this is told.
  private var holders: [(thread: ThreadID, depth: UInt32)] = []
  /// The threads that do something, once that had to be known.
  private var actors: NameTable?
  private var needsActors = false

  /// What was lost to damage so far.
  public private(set) var losses: [TraceLoss] = []
  /// Whether lines were read that stand behind damaged ones.
  public var hasGap: Bool { losses.count > 1 || (!losses.isEmpty && !isAmidLoss) }

  /// Nothing is said about the whole of an STD trace.
  public let header = TraceHeader()

  /// Reads `source`.
  ///
  /// - Parameters:
  ///   - recovering: Whether to pass over damaged lines instead of throwing.
  ///   - file: The name for errors.
  public init(_ source: any ByteSource, recovering: Bool = false, file: String? = nil) {
    input = TextInput(source, file: file)
    isRecovering = recovering
  }

  /// Replaces `events` by the next ones.
  ///
  /// - Throws: What is wrong with the trace; `events` then holds those that stand before it.
  public mutating func read(
    into events: inout [Event], tables: inout TraceTables
  ) throws(TraceCodingError) -> Bool {
    events.removeAll(keepingCapacity: true)
    do throws(TraceCodingError) {
      if phase == .start {
        try input.begin()
        phase = .lines
      }
      while phase == .lines, events.count < JSONTraceDecoder.batch {
        try readLines(into: &events, &tables)
      }
    } catch {
      phase = .end
      throw error
    }
    return !events.isEmpty
  }

  private mutating func readLines(
    into events: inout [Event], _ tables: inout TraceTables
  ) throws(TraceCodingError) {
    let stop = fill(&events, &tables)
    if needsActors {
      needsActors = false
      try findActors()
      return
    }
    do throws(TraceCodingError) {
      switch stop {
      case nil: return
      case .more?: if try !input.refill(), input.position == input.end { phase = .end }
      case .fault(let fault)?:
        if let error = try input.failure(fault) { throw error }
      }
    } catch {
      guard isRecovering, error.code != .inputOutput else { throw error }
      let bytes = try input.passLine()
      losses.add(TraceLoss(error: error, events: 1, bytes: bytes), isAdjacent: isAmidLoss)
      isAmidLoss = true
    }
  }

  /// Reads lines from what is at hand.
  ///
  /// - Returns: Why it stopped before the batch was full.
  private mutating func fill(_ events: inout [Event], _ tables: inout TraceTables) -> TextStop? {
    let buffer = input.buffer
    let end = input.end
    do throws(TextStop) {
      while events.count < JSONTraceDecoder.batch {
        if input.position >= end { return .more }
        let (line, next) = try STDLine.parse(
          buffer.span, from: input.position, end: end, isLast: input.isExhausted)
        if let line {
          guard let event = try event(line, buffer.span, &tables) else { return nil }
          events.append(event)
          isAmidLoss = false
        }
        input.position = next
      }
    } catch {
      return error
    }
    return nil
  }
}

// MARK: - One line

extension STDTraceDecoder {
  /// What a line says; nil where the threads that act have to be known first.
  @inline(__always) private mutating func event(
    _ line: STDLine, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> Event? {
    let key = TextKey(text, from: line.operation.start, length: line.operation.count)
    guard let place = words.find(key, in: text) else {
      throw .fault(
        TextFault(
          index: line.operation.start, code: .unknownOperation, message: "unknown operation",
          found: STDLine.snippet(
            text, line.operation.start, max(line.operation.end, line.operation.start)),
          expected: meanings.map(\.rawValue)))
    }
    let word = meanings[Int(place)]
    var argument = TextRange(start: 0, end: 0)
    if word.takesArgument {
      guard let given = line.argument, given.count > 0 else {
        throw .fault(
          TextFault(
            index: line.operation.end, code: .missingMember,
            message: "'\(word.rawValue)' without a name", expected: ["\(word.rawValue)(NAME)"]))
      }
      argument = given
      if word == .fork || word == .join, actors == nil, isNumber(argument, text) {
        needsActors = true
        return nil
      }
    }
    let thread = try thread(line.thread, text, &tables)
    var event = Event(word.operation, by: thread, at: try location(line.location, text, &tables))
    switch word {
    case .acq, .rel, .req:
      event.object = try lock(argument, text, &tables)
      event.isPending = word == .req
      if word != .req { hold(event, &tables) }
    case .r, .w: event.object = try variable(argument, text, &tables)
    case .fork, .join: event.child = try child(argument, text, &tables)
    case .begin, .end, .dummy: break
    }
    return event
  }

  @inline(__always) private mutating func thread(
    _ range: TextRange, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ThreadID {
    let key = TextKey(text, from: range.start, length: range.count)
    if let known = registry.threadNames.find(key, in: text) { return ThreadID(rawValue: known) }
    let row = ThreadRow(name: try make(range, text))
    let thread = registry.addThread(row, hasRow: false, to: &tables)
    registry.threadNames.insert(key, in: text, value: thread.rawValue)
    return thread
  }

  /// The thread that a fork or join names: the one of that name, or, where none of that name does
  /// anything and one with a `T` before it does, that one.
  private mutating func child(
    _ range: TextRange, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ThreadID {
    guard let actors, isNumber(range, text) else { return try thread(range, text, &tables) }
    let name = try make(range, text)
    guard actors.find(name) == nil, actors.find("T" + name) != nil else {
      return try thread(range, text, &tables)
    }
    if let known = registry.threadNames.find("T" + name) { return ThreadID(rawValue: known) }
    let thread = registry.addThread(ThreadRow(name: "T" + name), hasRow: false, to: &tables)
    registry.threadNames.insert("T" + name, value: thread.rawValue)
    return thread
  }

  @inline(__always) private mutating func lock(
    _ range: TextRange, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ObjectID {
    let key = TextKey(text, from: range.start, length: range.count)
    if let known = locks.find(key, in: text) { return ObjectID(rawValue: known) }
    let object = tables.objects.append(kind: .lock, name: try make(range, text))
    locks.insert(key, in: text, value: object.rawValue)
    return object
  }

  @inline(__always) private mutating func variable(
    _ range: TextRange, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> ObjectID {
    let key = TextKey(text, from: range.start, length: range.count)
    if let known = variables.find(key, in: text) { return ObjectID(rawValue: known) }
    let object = tables.objects.append(kind: .variable, name: try make(range, text))
    variables.insert(key, in: text, value: object.rawValue)
    return object
  }

  @inline(__always) private mutating func location(
    _ range: TextRange, _ text: borrowing Span<UInt8>, _ tables: inout TraceTables
  ) throws(TextStop) -> StackID {
    guard range.count > 0 else { return .absent }
    let key = TextKey(text, from: range.start, length: range.count)
    if let known = registry.places.find(key, in: text) { return StackID(rawValue: known) }
    let stack = registry.addPlace(Frame(location: try make(range, text)), to: &tables)
    registry.places.insert(key, in: text, value: stack.rawValue)
    return stack
  }

  /// Follows who holds a lock, to see it taken again by its holder.
  @inline(__always) private mutating func hold(_ event: Event, _ tables: inout TraceTables) {
    let index = event.object.index
    if index >= holders.count {
      let missing = index + 1 - holders.count
      holders.append(contentsOf: repeatElement((.absent, 0), count: missing))
    }
    let holder = holders[index]
    if event.operation == .release {
      if holder.depth > 0 { holders[index].depth = holder.depth - 1 }
    } else if holder.depth > 0, holder.thread == event.thread {
      holders[index].depth = holder.depth &+ 1
      if tables.objects.kind(of: event.object) == .lock {
        tables.objects.setKind(.rlock, of: event.object)
      }
    } else {
      holders[index] = (event.thread, 1)
    }
  }

  private func isNumber(_ range: TextRange, _ text: borrowing Span<UInt8>) -> Bool {
    for index in range.start..<range.end where text[index] &- 0x30 >= 10 { return false }
    return true
  }

  @inline(never) private func make(
    _ range: TextRange, _ text: borrowing Span<UInt8>
  ) throws(TextStop) -> String {
    var bytes: [UInt8] = []
    for index in range.start..<range.end { bytes.append(text[index]) }
    guard let made = String(validating: bytes, as: UTF8.self) else {
      throw .fault(
        TextFault(
          index: range.start, code: .syntax, message: "not UTF-8",
          found: STDLine.snippet(text, range.start, range.end), expected: ["UTF-8"]))
    }
    return made
  }
}

// MARK: - Looking ahead

extension STDTraceDecoder {
  /// Reads the rest of the trace for the threads that do something, and comes back.
  private mutating func findActors() throws(TraceCodingError) {
    let mark = try input.mark()
    var found = NameTable()
    for thread in registry.threadNames.all {
      found.insert(thread, value: 0)
    }
    while true {
      let buffer = input.buffer
      let text = buffer.span
      var start = input.position
      while true {
        var stop = start
        while text[stop] != UInt8(ascii: "|"), text[stop] != 0x0A, stop < input.end { stop += 1 }
        var next = stop
        while text[next] != 0x0A, next < input.end { next += 1 }
        if next >= input.end, !input.isExhausted { break }
        let name = STDLine.trimmed(text, start, stop)
        if stop < next, name.count > 0 {
          let key = TextKey(text, from: name.start, length: name.count)
          if found.find(key, in: text) == nil { found.insert(key, in: text, value: 0) }
        }
        start = next + 1
        if start >= input.end { break }
      }
      input.position = min(start, input.end)
      // Damage is met again, and told, when the lines themselves are read.
      let wasExhausted = input.isExhausted
      guard let more = try? input.refill(), more || !wasExhausted else { break }
    }
    actors = found
    try input.return(to: mark)
  }
}

extension Frame {
  /// The frame that a location of STD stands for.
  init(location text: String) {
    if let line = Int(text), line >= 0, String(line) == text {
      self.init(line: line)
    } else if let frame = Frame(place: text), frame.place == text {
      self = frame
    } else {
      self.init(function: text)
    }
  }

  /// The location that stands for it, where there is one that says all of it but its number.
  var location: String? {
    var bare = self
    bare.externalID = nil
    let isLine = file == nil && function == nil
    guard let text = place ?? (isLine ? line.map(String.init) : function) else { return nil }
    guard Frame(location: text) == bare, text.utf8.allSatisfy({ $0 >= 0x20 }), !text.isEmpty else {
      return nil
    }
    return text
  }
}
