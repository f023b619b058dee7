import LockcheckTrace

/// A piece of a text.
struct TextRange {
  var start: Int
  var end: Int
  var count: Int { end - start }
}

/// The words of STD.
enum STDWord: String, CaseIterable {
  case acq, rel, r, w, fork, join, begin, end, dummy, req

  /// What it says.
  var operation: Operation {
    switch self {
    case .acq, .req: .acquire
    case .rel: .release
    case .r: .read
    case .w: .write
    case .fork: .fork
    case .join: .join
    case .begin: .begin
    case .end: .end
    case .dummy: .dummy
    }
  }

  /// Whether it is done to something.
  var takesArgument: Bool {
    switch self {
    case .begin, .end, .dummy: false
    default: true
    }
  }
}

/// `THREAD|OP|LOCATION`, taken apart but not understood.
struct STDLine {
  var thread: TextRange
  var operation: TextRange
  var argument: TextRange?
  var location: TextRange
  /// Behind the line feed.
  var next: Int

  /// Takes the line that starts at `start` apart.
  ///
  /// - Returns: Nil where it is blank.
  /// - Throws: ``TextStop/more`` where its end is not at hand.
  @inline(__always) static func parse(
    _ text: borrowing Span<UInt8>, from start: Int, end: Int, isLast: Bool
  ) throws(TextStop) -> (line: STDLine?, next: Int) {
    var stop = start
    while text[stop] >= 0x20 { stop += 1 }
    while text[stop] != 0x0A {
      if stop >= end {
        guard isLast else { throw .more }
        break
      }
      let byte = text[stop]
      guard byte == 0x09 || byte == 0x0D || byte >= 0x20 else { throw control(byte, at: stop) }
      stop += 1
    }
    let next = stop < end ? stop + 1 : stop
    while stop > start, text[stop - 1] == 0x0D { stop -= 1 }
    guard let first = bar(text, start, stop) else {
      if trimmed(text, start, stop).count == 0 { return (nil, next) }
      throw .fault(
        TextFault(
          index: start, code: .syntax, message: "not a line of STD",
          found: snippet(text, start, stop), expected: ["THREAD|OP(NAME)|LOCATION"]))
    }
    let thread = trimmed(text, start, first)
    guard thread.count > 0 else {
      throw .fault(
        TextFault(
          index: start, code: .missingMember, message: "a line without a thread",
          expected: ["THREAD|OP(NAME)|LOCATION"]))
    }
    return (try rest(text, thread, from: first + 1, to: stop, next: next), next)
  }

  /// What stands behind the thread.
  @inline(__always) private static func rest(
    _ text: borrowing Span<UInt8>, _ thread: TextRange, from start: Int, to stop: Int, next: Int
  ) throws(TextStop) -> STDLine {
    var from = start
    while from < stop, text[from] == 0x20 || text[from] == 0x09 { from += 1 }
    var word = from
    while word < stop, text[word] | 0x20 &- 0x61 < 26 { word += 1 }
    let operation = TextRange(start: from, end: word)
    var line = STDLine(
      thread: thread, operation: operation, argument: nil,
      location: TextRange(start: stop, end: stop), next: next)
    var behind = word
    if word < stop, text[word] == UInt8(ascii: "(") {
      guard let close = closing(text, word + 1, stop) else {
        throw .fault(
          TextFault(
            index: word, code: .truncated, message: "a name that does not end",
            found: snippet(text, word, stop), expected: ["')'"]))
      }
      line.argument = trimmed(text, word + 1, close)
      behind = close + 1
    }
    if let bar = bar(text, behind, stop) {
      line.location = TextRange(start: bar + 1, end: stop)
      behind = bar
    } else {
      behind = stop
    }
    return line
  }

  /// The parenthesis that ends a name: the first one that the location follows, or the last of the
  /// line, so that a name may have parentheses of its own.
  @inline(__always) private static func closing(
    _ text: borrowing Span<UInt8>, _ start: Int, _ stop: Int
  ) -> Int? {
    var index = start
    var last: Int?
    while index < stop {
      if text[index] == UInt8(ascii: ")") {
        last = index
        var next = index + 1
        while next < stop, text[next] == 0x20 || text[next] == 0x09 { next += 1 }
        if next < stop, text[next] == UInt8(ascii: "|") { return index }
      }
      index += 1
    }
    guard let last, trimmed(text, last + 1, stop).count == 0 else { return nil }
    return last
  }

  @inline(__always) private static func bar(
    _ text: borrowing Span<UInt8>, _ start: Int, _ stop: Int
  ) -> Int? {
    var index = start
    while index < stop {
      if text[index] == UInt8(ascii: "|") { return index }
      index += 1
    }
    return nil
  }

  /// Without blanks around it.
  @inline(__always) static func trimmed(
    _ text: borrowing Span<UInt8>, _ start: Int, _ stop: Int
  ) -> TextRange {
    var range = TextRange(start: start, end: stop)
    while range.start < range.end, text[range.start] == 0x20 || text[range.start] == 0x09 {
      range.start += 1
    }
    while range.end > range.start, text[range.end - 1] == 0x20 || text[range.end - 1] == 0x09 {
      range.end -= 1
    }
    return range
  }

  private static func control(_ byte: UInt8, at index: Int) -> TextStop {
    .fault(
      TextFault(
        index: index, code: .syntax, message: "a control character",
        found: "byte 0x" + String(byte, radix: 16), expected: ["text"]))
  }

  /// A piece of the line as an error shows it.
  static func snippet(_ text: borrowing Span<UInt8>, _ start: Int, _ stop: Int) -> String {
    var bytes: [UInt8] = []
    for index in start..<min(stop, start + 40) { bytes.append(text[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
