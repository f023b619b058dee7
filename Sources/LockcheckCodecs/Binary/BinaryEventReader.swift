import LockcheckTrace

/// An event as its bytes say it, with the numbers of the file.
struct RawEvent {
  var first: UInt8 = 0
  var modifiers: UInt8 = 0
  /// In a thread's chunk: the distance from the stamp of the event before. In a sequence: how the
  /// thread's number differs from that of the event before, and in the lowest bit whether a time
  /// follows.
  var stamp: UInt64 = 0
  /// In a sequence: how the time differs from the one before.
  var time: UInt64 = 0
  var object: UInt64 = 0
  var stack: UInt64 = 0
  var companion: UInt64 = .max
  var argument: UInt64 = .max

  /// Whether its companion is the thread that an acquire waits for.
  @inline(__always) var namesHolder: Bool {
    first & BinaryFormat.Flag.modifiers != 0 && modifiers & BinaryFormat.holderModifier != 0
  }

  /// The event without its identifiers; nil where its first bytes are none.
  @inline(__always) func event() -> Event? {
    let number = first & 0x1F
    guard number <= Operation.refused.rawValue else { return nil }
    // `Operation(rawValue:)` is a call into another module. The cases are numbered from 0 without a
    // gap, in the order of their declaration, which is how an enumeration is represented; a test holds
    // the two equal.
    var event = unsafe Event(unsafeBitCast(number, to: Operation.self), by: .absent)
    if event.operation == .refused, Refusal(argument: argument) == nil { return nil }
    guard first & BinaryFormat.Flag.modifiers != 0 else { return event }
    guard modifiers < 0x80, let attempt = Event.Attempt(rawValue: modifiers >> 1 & 3),
      let result = Event.Result(rawValue: modifiers >> 3 & 3)
    else { return nil }
    event.isPending = modifiers & 1 != 0
    event.attempt = attempt
    event.result = result
    event.mode = modifiers & 0x20 != 0 ? .shared : .exclusive
    return event
  }
}

/// Reads events off the bytes of one chunk, which are followed by zeros enough for the longest event:
/// so the end is looked at once an event, not once a byte.
@safe struct BinaryEventReader {
  private var at: UnsafePointer<UInt8>
  private let start: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  /// Reads from `position` of bytes that hold `count` before their zeros and outlive the reader.
  @unsafe @inline(__always)
  init(_ bytes: UnsafePointer<UInt8>, from position: Int, count: Int) {
    unsafe start = bytes
    unsafe at = bytes + position
    unsafe end = bytes + count
  }

  /// How many bytes have been read.
  @inline(__always) var position: Int { unsafe at - start }

  /// Whether nothing is left.
  @inline(__always) var isAtEnd: Bool { unsafe at >= end }

  /// Reads one event. False where the bytes are not one, or end in it.
  ///
  /// - Parameters:
  ///   - event: Where it goes.
  ///   - inSequence: Whether a time may follow the stamp.
  @inline(__always) mutating func read(_ event: inout RawEvent, inSequence: Bool) -> Bool {
    var isWhole = true
    unsafe event.first = at[0]
    unsafe at += 1
    if event.first & BinaryFormat.Flag.modifiers != 0 {
      unsafe event.modifiers = at[0]
      unsafe at += 1
    }
    event.stamp = number(&isWhole)
    if inSequence && event.stamp & 1 != 0 { event.time = number(&isWhole) }
    let operation = event.first & 0x1F
    // 16 to 21 and above 23 name no object: fork, join, start, exit, begin, end, dummy, refused.
    event.object = (0x00C0_FFFF as UInt32) >> UInt32(operation) & 1 != 0 ? number(&isWhole) : 0
    event.stack = number(&isWhole)
    event.companion =
      event.first & BinaryFormat.Flag.companion != 0 ? number(&isWhole) : .max
    event.argument = event.first & BinaryFormat.Flag.argument != 0 ? number(&isWhole) : .max
    return unsafe isWhole && at <= end
  }

  /// A number in groups of seven bits.
  @inline(__always) mutating func number(_ isWhole: inout Bool) -> UInt64 {
    let first = unsafe at[0]
    unsafe at += 1
    if first < 0x80 { return UInt64(first) }
    return longNumber(first, &isWhole)
  }

  @inline(__always)
  private mutating func longNumber(_ first: UInt8, _ isWhole: inout Bool) -> UInt64 {
    var value = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while true {
      let next = unsafe at[0]
      unsafe at += 1
      value |= UInt64(next & 0x7F) &<< shift
      if next < 0x80 {
        if shift == 63 && next > 1 { isWhole = false }
        return value
      }
      shift &+= 7
      if shift > 63 {
        isWhole = false
        return value
      }
    }
  }
}
