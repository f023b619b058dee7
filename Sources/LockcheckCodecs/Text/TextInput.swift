/// The part of a text that is being read: a window on a ``ByteSource`` that moves forward.
///
/// A reader looks at ``buffer`` from ``position`` on, and moves ``position`` past what it has
/// understood as a whole: a row, an event, a line. Where it runs into ``end`` in the middle of one it
/// asks for more by ``refill()`` and begins that row again. After ``end`` stand ``padding`` zeros, so
/// that scanning loops need no test for the end and may load eight bytes at once.
struct TextInput {
  /// Zeros after the last byte.
  static let padding = 16
  /// The longest row or line that is taken for meant.
  static let longestRow = 64 << 20
  /// How much is asked for at once.
  private static let portion = 1 << 16

  private var source: any ByteSource
  private var chunk: [UInt8]
  /// The bytes at hand, and ``padding``.
  private(set) var buffer: [UInt8]
  /// The first byte that is not understood yet.
  var position = 0
  /// Whether the source has nothing more.
  private(set) var isExhausted = false
  /// What the source threw behind what is at hand.
  private var failure: TraceCodingError?
  /// Where in the whole text the buffer starts.
  private(set) var offset: UInt64 = 0
  /// The file, for errors.
  let file: String?

  /// The place of the first byte at hand.
  private var first = Point()
  /// The last byte whose place was counted out, and that place.
  private var counted = 0
  private var point = Point()

  init(_ source: any ByteSource, file: String?) {
    self.source = source
    self.file = file
    self.chunk = [UInt8](repeating: 0, count: Self.portion)
    self.buffer = [UInt8](repeating: 0, count: Self.padding)
  }

  /// One after the last byte at hand.
  var end: Int { buffer.count - Self.padding }

  /// Forgets what is understood and reads on.
  ///
  /// Reads at least as much as is at hand already, so that beginning a long row again and again costs
  /// no more than reading it twice.
  ///
  /// - Returns: False where nothing was left to read.
  mutating func refill() throws(TraceCodingError) -> Bool {
    guard !isExhausted else {
      guard let failure else { return false }
      self.failure = nil
      throw failure
    }
    forget()
    let kept = end
    guard kept <= Self.longestRow else {
      throw error(.limit, at: 0, "a row or line that is too long to be meant")
    }
    buffer.removeLast(Self.padding)
    defer { buffer.append(contentsOf: repeatElement(0, count: Self.padding)) }
    while buffer.count - kept < max(1, kept) {
      let count: Int
      do throws(TraceCodingError) {
        count = try read()
      } catch {
        // What came before is handed out first.
        isExhausted = true
        failure = error
        break
      }
      if count == 0 {
        isExhausted = true
        break
      }
      buffer.append(contentsOf: chunk[..<count])
    }
    if buffer.count == kept, let failure {
      self.failure = nil
      throw failure
    }
    return buffer.count > kept
  }

  /// Reads to the end of the source and counts what was left.
  mutating func drain() -> UInt64 {
    var count = UInt64(end - position)
    position = end
    while !isExhausted {
      guard let more = try? read(), more > 0 else { break }
      count += UInt64(more)
    }
    return count
  }

  private mutating func read() throws(TraceCodingError) -> Int {
    do {
      return try source.read(into: &chunk)
    } catch {
      var named = error
      named.file = named.file ?? file
      throw named
    }
  }

  /// Drops the bytes before ``position``.
  private mutating func forget() {
    _ = place(at: position)
    first = point
    buffer.removeSubrange(..<position)
    offset += UInt64(position)
    (position, counted) = (0, 0)
  }
}

// MARK: - Places

extension TextInput {
  /// A line and a column, both from 1. A column is a Unicode scalar.
  fileprivate struct Point {
    var line = 1
    var column = 1

    /// Moves past the bytes from `start` to `end`, eight at a time.
    mutating func pass(_ bytes: [UInt8], from start: Int, to end: Int) {
      let lines = Self.count(bytes.span, from: start, to: end) { word in
        JSONTokens.zeros(word ^ JSONTokens.all(0x0A))
      }
      var first = start
      if lines > 0 {
        line += lines
        column = 1
        first = end
        while bytes[first - 1] != 0x0A { first -= 1 }
      }
      // A byte that continues a scalar has the top bit and not the one below.
      column += end - first
      column -= Self.count(bytes.span, from: first, to: end) { word in
        word & ~(word << 1) & JSONTokens.all(0x80)
      }
    }

    /// How many bytes have the top bit of what `mark` makes of them.
    @inline(__always) private static func count(
      _ text: borrowing Span<UInt8>, from start: Int, to end: Int, _ mark: (UInt64) -> UInt64
    ) -> Int {
      var at = start
      var total = 0
      while at < end {
        // Eight counts side by side, none of which can pass 255.
        var counts: UInt64 = 0
        let stop = min(end, at + 8 * 200)
        while at + 8 <= stop {
          counts &+= mark(TextKey.word(text, at: at, length: 8)) >> 7
          at += 8
        }
        if at < stop {
          let word = TextKey.word(text, at: at, length: stop - at)
          counts &+= (mark(word) >> 7) & ~(UInt64.max << UInt64((stop - at) * 8))
          at = stop
        }
        let pairs = (counts & 0x00FF_00FF_00FF_00FF) &+ (counts >> 8 & 0x00FF_00FF_00FF_00FF)
        total += Int((pairs &* 0x0001_0001_0001_0001) >> 48)
      }
      return total
    }
  }

  /// Line and column of the byte at `index`.
  ///
  /// - Complexity: Each byte is counted once, as long as places are asked for in ascending order.
  mutating func place(at index: Int) -> TraceCodingError.Place {
    if index < counted {
      counted = 0
      point = first
    }
    point.pass(buffer, from: counted, to: index)
    counted = index
    return .line(point.line, column: point.column)
  }

  /// An error at the byte `index`.
  mutating func error(
    _ code: TraceCodingError.Code, at index: Int, _ message: String, found: String? = nil,
    expected: [String] = []
  ) -> TraceCodingError {
    TraceCodingError(
      code, at: place(at: min(index, end)), message, found: found, expected: expected, file: file)
  }

  /// The error that a fault stands for, once enough is at hand to show what stands there; nil where
  /// more has been read and the row is to be tried again.
  mutating func failure(_ fault: TextFault) throws(TraceCodingError) -> TraceCodingError? {
    let start = offset
    if fault.index + TextFault.sight > end, try refill() { return nil }
    var moved = fault
    moved.index -= Int(offset - start)
    return error(moved)
  }

  /// The error that a fault in the buffer stands for.
  mutating func error(_ fault: TextFault) -> TraceCodingError {
    error(
      fault.code, at: fault.index, fault.message, found: fault.found, expected: fault.expected)
  }
}

// MARK: - Looking ahead

extension TextInput {
  /// A place to come back to.
  struct Mark {
    fileprivate let offset: UInt64
    fileprivate let point: Point
  }

  /// Makes sure that ``position`` can be come back to, however far is read from here.
  ///
  /// Where the source cannot be rewound, everything from here on is kept in an unlinked temporary
  /// file.
  mutating func mark() throws(TraceCodingError) -> Mark {
    forget()
    let mark = Mark(offset: offset, point: first)
    if try !source.rewind() {
      source = try KeptSource(from: offset, first: Array(buffer[..<end]), then: source)
    }
    try `return`(to: mark)
    return mark
  }

  /// Comes back to a mark.
  mutating func `return`(to mark: Mark) throws(TraceCodingError) {
    var reached = (source as? KeptSource)?.start ?? 0
    var rest: ArraySlice<UInt8> = []
    var isWhole = try source.rewind()
    while isWhole, reached < mark.offset {
      let count = try read()
      isWhole = count > 0
      reached += UInt64(count)
      if reached > mark.offset { rest = chunk[(count - Int(reached - mark.offset))..<count] }
    }
    guard isWhole else {
      throw TraceCodingError(
        .inputOutput, at: .file, "the input changed while it was being read", file: file)
    }
    buffer = Array(rest)
    buffer.append(contentsOf: repeatElement(0, count: Self.padding))
    offset = mark.offset
    (first, point) = (mark.point, mark.point)
    (position, counted) = (0, 0)
    isExhausted = false
    failure = nil
  }
}

/// Where in the buffer a text is wrong, before line and column are counted out.
struct TextFault: Error {
  /// How far an error looks.
  static let sight = 64

  var index: Int
  var code: TraceCodingError.Code
  var message: String
  var found: String?
  var expected: [String] = []
}

/// Why a row could not be read.
enum TextStop: Error {
  /// It runs into the end of what is at hand.
  case more
  /// It is wrong.
  case fault(TextFault)
}
