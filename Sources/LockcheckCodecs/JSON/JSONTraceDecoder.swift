public import LockcheckTrace

/// Reads a trace that is one JSON document.
///
/// Events are handed out some thousands at a time; beside the tables nothing is held but a window of
/// some hundred kilobytes, or of twice the longest row. One pass is enough where the header and all
/// four tables stand before the events, as ``JSONTraceEncoder`` writes them. Otherwise the rest of the
/// document is looked at first and then read again; a source that cannot be rewound is kept aside in
/// an unlinked temporary file meanwhile.
public struct JSONTraceDecoder: TraceDecoder {
  /// How many events are handed out at once.
  static let batch = 4096

  private struct NextMember { var known: TraceMember? }
  private enum Phase { case header, events, behind, end }

  private var feed: JSONFeed
  private let isRecovering: Bool
  private var phase = Phase.header
  private var seen: Set<TraceMember> = []
  private var needsComma = false
  private var hasMembers = false
  /// What the first of two passes found wrong behind the events.
  private var failureBehind: TraceCodingError?
  private var isLookedThrough = false

  /// What was lost to damage so far.
  public private(set) var losses: [TraceLoss] = []
  /// Nothing is read behind damage.
  public var hasGap: Bool { false }

  /// Reads `source`.
  ///
  /// - Parameters:
  ///   - recovering: Whether to take what stands before damage instead of throwing. What is no trace
  ///     of this version at all is refused all the same.
  ///   - file: The name for errors.
  public init(_ source: any ByteSource, recovering: Bool = false, file: String? = nil) {
    feed = JSONFeed(source, file: file, blanks: JSONTokens.everyBlank)
    isRecovering = recovering
  }

  /// What is said once for the whole trace.
  public var header: TraceHeader { feed.reader.header }

  /// Replaces `events` by the next ones.
  ///
  /// - Throws: What is wrong with the trace; `events` then holds those that stand before it.
  public mutating func read(
    into events: inout [Event], tables: inout TraceTables
  ) throws(TraceCodingError) -> Bool {
    events.removeAll(keepingCapacity: true)
    do throws(TraceCodingError) {
      if phase == .header { try readHeader(&tables) }
      while phase == .events, events.count < Self.batch {
        guard let stop = fill(&events, &tables) else { continue }
        try feed.recover(from: stop, in: "the events")
      }
      if phase == .behind { try readBehind(&tables) }
    } catch {
      let isOurs = seen.isSuperset(of: [.format, .version])
      guard isRecovering, isOurs, error.code != .inputOutput else {
        phase = .end
        throw error
      }
      losses.append(TraceLoss(error: error, bytes: feed.input.drain()))
      finish(&tables)
    }
    return !events.isEmpty
  }

  private mutating func finish(_ tables: inout TraceTables) {
    phase = .end
    feed.reader.registry.settleBareWaits(&tables)
  }
}

// MARK: - Events

extension JSONTraceDecoder {
  /// Reads events from what is at hand.
  ///
  /// - Returns: Why it stopped before the batch was full or the array ended.
  private mutating func fill(_ events: inout [Event], _ tables: inout TraceTables) -> TextStop? {
    let buffer = feed.input.buffer
    var tokens = feed.tokens
    do throws(TextStop) {
      while events.count < Self.batch, phase == .events {
        let isDone =
          if needsComma {
            try !tokens.hasAnother(before: UInt8(ascii: "]"), buffer.span)
          } else {
            tokens.isEmpty(UInt8(ascii: "]"), buffer.span)
          }
        if isDone {
          feed.input.position = tokens.at
          phase = .behind
          return nil
        }
        events.append(try feed.reader.event(&tokens, buffer.span, &tables))
        needsComma = true
        feed.input.position = tokens.at
      }
    } catch {
      return error
    }
    return nil
  }
}

// MARK: - Around the events

extension JSONTraceDecoder {
  /// Reads up to the events, and looks at what stands behind them where that is needed first.
  private mutating func readHeader(_ tables: inout TraceTables) throws(TraceCodingError) {
    try feed.input.begin()
    try feed.step("the trace", &tables) { (_, tokens, text, _) throws(TextStop) in
      try tokens.expect(UInt8(ascii: "{"), text, "'{'")
    }
    guard try readMembers(&tables) else {
      try checkHeader()
      throw missing("events")
    }
    let onePass: Set<TraceMember> = [
      .format, .version, .accessOrder, .threads, .objects, .frames, .stacks,
    ]
    if seen.isSuperset(of: onePass) {
      try feed.checkPromises()
    } else {
      try lookBehindEvents(&tables)
    }
    feed.reader.isTableComplete = true
    phase = .events
  }

  /// Reads what stands behind the events, and comes back to them.
  private mutating func lookBehindEvents(_ tables: inout TraceTables) throws(TraceCodingError) {
    let mark = try feed.input.mark()
    do throws(TraceCodingError) {
      try feed.skipArrayQuickly()
      try readEnd(&tables)
      try feed.checkPromises()
    } catch {
      let isOurs = seen.isSuperset(of: [.format, .version])
      guard isOurs, error.code != .inputOutput else { throw error }
      failureBehind = error
    }
    try checkHeader()
    isLookedThrough = true
    try feed.input.return(to: mark)
  }

  /// Reads what stands behind the events in one pass, or says what was wrong there in two.
  private mutating func readBehind(_ tables: inout TraceTables) throws(TraceCodingError) {
    if let failureBehind { throw failureBehind }
    if !isLookedThrough { try readEnd(&tables) }
    finish(&tables)
  }

  /// Reads the members behind the events, and makes sure that nothing follows.
  private mutating func readEnd(_ tables: inout TraceTables) throws(TraceCodingError) {
    if try readMembers(&tables) { throw duplicate(.events) }
    var isAllAtHand = false
    while true {
      let buffer = feed.input.buffer
      var tokens = feed.tokens
      _ = tokens.peek(buffer.span)
      feed.input.position = tokens.at
      guard tokens.at >= tokens.end else {
        // The error shows a token, which may reach past what is at hand.
        if !isAllAtHand, tokens.end - tokens.at <= JSONTokens.longestSnippet {
          isAllAtHand = try !feed.input.refill()
          continue
        }
        throw feed.input.error(
          .syntax, at: tokens.at, "something behind the end of the trace",
          found: tokens.snippet(buffer.span, tokens.at), expected: ["nothing"])
      }
      guard try feed.input.refill() else { return }
    }
  }

  private func missing(_ member: String) -> TraceCodingError {
    TraceCodingError(
      .missingMember, at: .line(1, column: 1), "a trace without '\(member)'",
      expected: ["a member '\(member)'"], file: feed.input.file)
  }

  private mutating func checkHeader() throws(TraceCodingError) {
    guard seen.contains(.format) else { throw missing("format") }
    guard seen.contains(.version) else { throw missing("version") }
  }

  private mutating func duplicate(_ member: TraceMember) -> TraceCodingError {
    feed.input.error(
      .duplicate, at: feed.input.position, "the member '\(member)' a second time")
  }

  /// Reads members of the trace.
  ///
  /// - Returns: True behind the opening bracket of the events, false behind the end of the trace.
  private mutating func readMembers(_ tables: inout TraceTables) throws(TraceCodingError) -> Bool {
    while let member = try nextMember(&tables) {
      guard let member = member.known else {
        try feed.skip()
        continue
      }
      guard seen.insert(member).inserted else { throw duplicate(member) }
      switch member {
      case .format:
        try feed.step("the format", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.format(&tokens, text)
        }
      case .version:
        try feed.step("the version", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.version(&tokens, text)
        }
      case .process:
        try feed.step("the process", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.process(&tokens, text)
        }
      case .accessOrder:
        try feed.step("the order", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.accessOrder(&tokens, text)
        }
      case .atomicOrder:
        try feed.step("the order", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.atomicOrder(&tokens, text)
        }
      case .droppedEvents:
        try feed.step("the dropped events", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.droppedEvents(&tokens, text)
        }
      case .values:
        try feed.step("the values", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.values(&tokens, text)
        }
      case .threads: try readTable("the threads", &tables, .thread)
      case .objects: try readTable("the objects", &tables, .object)
      case .frames: try readTable("the frames", &tables, .frame)
      case .stacks: try readTable("the stacks", &tables, .stack)
      case .events:
        try feed.step("the events", &tables) { (_, tokens, text, _) throws(TextStop) in
          try tokens.openArray(text, "an array of events")
        }
        return true
      }
    }
    return false
  }

  /// The name of the next member.
  private mutating func nextMember(
    _ tables: inout TraceTables
  ) throws(TraceCodingError) -> NextMember? {
    let isFirst = !hasMembers
    hasMembers = true
    return try feed.step("the trace", &tables) { (reader, tokens, text, _) throws(TextStop) in
      let close = UInt8(ascii: "}")
      if isFirst {
        if tokens.isEmpty(close, text) { return nil }
      } else if try !tokens.hasAnother(before: close, text) {
        return nil
      }
      let name = try reader.name(&tokens, text)
      let known = reader.find(name, in: reader.words.traceMembers, text)
      return NextMember(known: known.flatMap(TraceMember.init))
    }
  }

  /// Reads a table, row by row.
  private mutating func readTable(
    _ what: StaticString, _ tables: inout TraceTables, _ row: JSONRow
  ) throws(TraceCodingError) {
    let close = UInt8(ascii: "]")
    var hasMore = try feed.step(what, &tables) { (_, tokens, text, _) throws(TextStop) in
      try tokens.openArray(text, "an array of rows")
      if tokens.peek(text) == 0, tokens.at >= tokens.end { throw .more }
      return !tokens.isEmpty(close, text)
    }
    while hasMore {
      try feed.step(what, &tables) { (reader, tokens, text, tables) throws(TextStop) in
        try reader.row(row, &tokens, text, &tables)
      }
      hasMore = try feed.step(what, &tables) { (_, tokens, text, _) throws(TextStop) in
        try tokens.hasAnother(before: close, text)
      }
    }
  }
}
