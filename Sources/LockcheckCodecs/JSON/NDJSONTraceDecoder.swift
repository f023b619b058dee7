public import LockcheckTrace

/// Reads a trace that is a header and then one table row or event a line.
///
/// One pass, and nothing is held but the tables and a window of some hundred kilobytes. Rows may come
/// after the events that name their threads and objects; a stack or frame that is referred to before
/// its row is empty until the row comes.
public struct NDJSONTraceDecoder: TraceDecoder {
  private enum Phase { case header, rows, end }

  private var feed: JSONFeed
  private let isRecovering: Bool
  private var phase = Phase.header
  private var scratch: [UInt8] = []
  /// Whether the last damaged line ended right before this one.
  private var isAmidLoss = false

  /// What was lost to damage so far.
  public private(set) var losses: [TraceLoss] = []
  /// Whether lines were read that stand behind damaged ones.
  public var hasGap: Bool { losses.count > 1 || (!losses.isEmpty && !isAmidLoss) }

  /// Reads `source`.
  ///
  /// - Parameters:
  ///   - recovering: Whether to pass over damaged lines instead of throwing. A damaged header is
  ///     refused all the same.
  ///   - file: The name for errors.
  public init(_ source: any ByteSource, recovering: Bool = false, file: String? = nil) {
    feed = JSONFeed(source, file: file, blanks: JSONTokens.blanksInLine)
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
      if phase == .header {
        try feed.input.begin()
        try feed.step("the header", &tables) { (reader, tokens, text, _) throws(TextStop) in
          try reader.headerRow(&tokens, text)
        }
        try endLine()
        phase = .rows
      }
      while phase == .rows, events.count < JSONTraceDecoder.batch {
        try readRows(into: &events, &tables)
      }
    } catch {
      phase = .end
      throw error
    }
    return !events.isEmpty
  }

  private mutating func readRows(
    into events: inout [Event], _ tables: inout TraceTables
  ) throws(TraceCodingError) {
    guard let stop = fill(&events, &tables) else { return }
    do throws(TraceCodingError) {
      if case .more = stop {
        feed.notePromises()
        let wasExhausted = feed.input.isExhausted
        if try feed.input.refill() { return }
        if feed.input.position == feed.input.end {
          phase = .end
          feed.reader.registry.settleBareWaits(&tables)
          if !isRecovering { try feed.checkPromises() }
          return
        }
        // Only now is it known that the last line has no end: it is tried once more.
        if !wasExhausted { return }
      }
      try feed.recover(from: stop, in: "a row")
    } catch {
      guard isRecovering, error.code != .inputOutput else { throw error }
      try lose(error)
    }
  }

  /// Reads lines from what is at hand.
  ///
  /// - Returns: Why it stopped before the batch was full.
  private mutating func fill(_ events: inout [Event], _ tables: inout TraceTables) -> TextStop? {
    let buffer = feed.input.buffer
    let isLast = feed.input.isExhausted
    var tokens = feed.tokens
    do throws(TextStop) {
      while events.count < JSONTraceDecoder.batch {
        while tokens.peek(buffer.span) == 0x0A { tokens.at += 1 }
        feed.input.position = tokens.at
        let row = try feed.reader.type(of: tokens, buffer.span, scratch: &scratch)
        if row == .event {
          let event = try feed.reader.event(&tokens, buffer.span, &tables)
          try endLine(&tokens, buffer.span, isLast: isLast)
          events.append(event)
        } else {
          // What was declared cannot be declared again: the line is made sure of first.
          var ahead = tokens
          var skip = JSONSkip()
          try ahead.skip(&skip, buffer.span, scratch: &scratch)
          try endLine(&ahead, buffer.span, isLast: isLast)
          try feed.reader.row(row, &tokens, buffer.span, &tables)
          tokens = ahead
          feed.notePromises()
        }
        feed.input.position = tokens.at
        isAmidLoss = false
      }
    } catch {
      return error
    }
    return nil
  }
}

// MARK: - Lines

extension NDJSONTraceDecoder {
  /// Makes sure that nothing follows on the line.
  @inline(__always) private func endLine(
    _ tokens: inout JSONTokens, _ text: borrowing Span<UInt8>, isLast: Bool
  ) throws(TextStop) {
    if tokens.peek(text) == 0x0A {
      tokens.at += 1
      return
    }
    guard tokens.at >= tokens.end, isLast else {
      throw tokens.unexpected(text, "the end of the line")
    }
  }

  /// Makes sure that nothing follows the header on its line.
  private mutating func endLine() throws(TraceCodingError) {
    while true {
      let stop: TextStop
      do throws(TextStop) {
        let buffer = feed.input.buffer
        var tokens = feed.tokens
        try endLine(&tokens, buffer.span, isLast: feed.input.isExhausted)
        feed.input.position = tokens.at
        return
      } catch {
        stop = error
      }
      if case .more = stop {
        _ = try feed.input.refill()
      } else {
        try feed.recover(from: stop, in: "the header")
      }
    }
  }

  /// Passes over the line that starts at the position.
  private mutating func lose(_ error: TraceCodingError) throws(TraceCodingError) {
    let bytes = try feed.input.passLine()
    losses.add(TraceLoss(error: error, bytes: bytes), isAdjacent: isAmidLoss)
    isAmidLoss = true
  }
}
