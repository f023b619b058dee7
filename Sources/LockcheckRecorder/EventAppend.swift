import CLockcheckShims
import LockcheckCodecs
public import LockcheckTrace

/// What an event says beside its place, thread, object and stack.
@usableFromInline package struct EventForm {
  @usableFromInline let operation: Operation
  @usableFromInline let modifiers: UInt8

  @inlinable @inline(__always) package init(_ operation: Operation) {
    self.operation = operation
    modifiers = 0
  }

  @inlinable @inline(__always)
  package init(
    _ operation: Operation, mode: LockMode, isPending: Bool, attempt: Event.Attempt,
    result: Event.Result
  ) {
    self.operation = operation
    modifiers =
      (isPending ? 1 : 0) | attempt.rawValue << 1 | result.rawValue << 3 | mode.rawValue << 5
  }

  /// An acquire that is pending, and that names who has the lock.
  init(waitingForHolder attempt: Event.Attempt) {
    operation = .acquire
    modifiers = 1 | attempt.rawValue << 1 | BinaryFormat.holderModifier
  }
}

/// One event on its way into a chunk: opened, given its stamp, written, closed.
///
/// Between ``open(frame:)`` and ``close()`` the thread is marked busy, so that a signal handler that
/// interrupts it leaves its own events out, and whoever ends the recording waits. No lock is taken and
/// nothing allocated unless something is seen for the first time or a chunk is full.
@safe struct EventAppend {
  let thread: UnsafeMutablePointer<lc_thread>
  let session: UnsafeMutablePointer<lc_session>
  /// Nil where there was no room even to begin.
  private let writer: UnsafeMutablePointer<lc_writer>?
  private let stack: UInt32

  /// Enters the recorder. Nil where nothing is to be recorded here and now.
  ///
  /// - Parameters:
  ///   - frame: The frame of the recorder's own outermost function; the stack begins at its return
  ///     address.
  ///   - wantsStack: Whether the event gets a stack even where stacks are not `full`.
  @inline(__always) static func open(frame: UInt, wantsStack: Bool = true) -> EventAppend? {
    guard let thread = unsafe lc_current() ?? lc_attach(), unsafe lc_enter(thread) else {
      return nil
    }
    return unsafe open(on: thread) { session in
      unsafe wantsStack || session.pointee.stacks == StackCapture.full
        ? StackCapture.stack(of: thread, in: session, frame: frame) : StackCapture.none
    }
  }

  /// As ``open(frame:wantsStack:)``, of an event whose stack was captured before, in this recording.
  @inline(__always) static func open(stack: UInt32) -> EventAppend? {
    guard let thread = unsafe lc_current() ?? lc_attach(), unsafe lc_enter(thread) else {
      return nil
    }
    return unsafe open(on: thread) { session in
      unsafe lc_bits_contain(session.pointee.written_stacks, stack) ? stack : StackCapture.none
    }
  }

  /// Goes on in the recorder, which the thread has entered; leaves it where nothing is to be recorded.
  ///
  /// - Parameter stack: Finds the number of the stack that the event gets.
  @inline(__always)
  static func open(
    on thread: UnsafeMutablePointer<lc_thread>,
    stack: (UnsafeMutablePointer<lc_session>) -> UInt32
  ) -> EventAppend? {
    guard let session = unsafe Session.inForce(on: thread) else {
      unsafe lc_leave(thread)
      return nil
    }
    var writer = unsafe thread.pointee.writer
    if unsafe writer == nil || writer?.pointee.session != session {
      unsafe writer = Session.writer(of: thread, in: session)
    }
    let number = unsafe stack(session)
    return unsafe EventAppend(thread: thread, session: session, writer: writer, stack: number)
  }

  /// The next stamp after `past`.
  @inline(__always) func stamp(after past: UInt64) -> UInt64 {
    unsafe EventClock.stamp(on: thread, after: past)
  }

  /// The number of the recording that the event goes into.
  @inline(__always) var recording: UInt32 { unsafe session.pointee.number }

  /// Whether the recording has anything of the thread of that number.
  func knows(thread number: UInt32) -> Bool {
    unsafe number != 0 && lc_bits_contain(session.pointee.written_threads, number)
  }

  /// Leaves the recorder.
  @inline(__always) func close() { unsafe lc_leave(thread) }

  /// Appends the event.
  ///
  /// - Parameters:
  ///   - object: The number of the object; 0 where the operation names none.
  ///   - companion: The child or the lock; all ones where there is none.
  ///   - argument: The count, item or size; all ones where there is none.
  @inline(__always)
  func write(
    _ form: EventForm, stamp: UInt64, object: UInt32, companion: UInt32 = .max,
    argument: UInt64 = .max
  ) {
    unsafe thread.pointee.last = stamp
    // What another thread can learn of: all but reads and plain writes.
    if form.operation.rawValue &- Operation.read.rawValue > 2 {
      unsafe thread.pointee.epoch &+= 1
    }
    guard let writer = unsafe writer else { return lose(stamp) }
    if unsafe writer.pointee.limit == nil
      || writer.pointee.limit - writer.pointee.cursor < BinaryFormat.longestEvent
    {
      guard unsafe Session.nextChunk(writer, thread: thread, stamp: stamp) else { return }
    }
    guard var at = unsafe writer.pointee.cursor, let chunk = unsafe writer.pointee.chunk else {
      return
    }
    var first = form.operation.rawValue
    if argument != .max { first |= BinaryFormat.Flag.argument }
    if companion != .max { first |= BinaryFormat.Flag.companion }
    if form.modifiers != 0 { first |= BinaryFormat.Flag.modifiers }
    unsafe at[0] = first
    unsafe at += 1
    if form.modifiers != 0 {
      unsafe at[0] = form.modifiers
      unsafe at += 1
    }
    unsafe Self.put(stamp &- writer.pointee.previous, &at)
    if form.operation.namesObject { unsafe Self.put(UInt64(object) &+ 1, &at) }
    unsafe Self.put(stack == 0 ? 0 : UInt64(stack) &+ 1, &at)
    if companion != .max { unsafe Self.put(UInt64(companion), &at) }
    if argument != .max { unsafe Self.put(argument, &at) }
    unsafe writer.pointee.previous = stamp
    unsafe writer.pointee.cursor = at
    unsafe writer.pointee.chunk_events &+= 1
    unsafe lc_commit(chunk, UInt32(truncatingIfNeeded: at - chunk - BinaryFormat.Chunk.size))
  }

  /// Counts the event as lost: what it refers to found no room. Its stamp still holds, so that what
  /// comes after it has a later one and falls away with it.
  @inline(never) func lose(_ stamp: UInt64) {
    unsafe thread.pointee.last = stamp
    unsafe lc_note_loss(session.pointee.header, stamp)
  }

  @inline(__always)
  private static func put(_ value: UInt64, _ at: inout UnsafeMutablePointer<UInt8>) {
    var rest = value
    while rest >= 0x80 {
      unsafe at[0] = UInt8(truncatingIfNeeded: rest) | 0x80
      unsafe at += 1
      rest &>>= 7
    }
    unsafe at[0] = UInt8(truncatingIfNeeded: rest)
    unsafe at += 1
  }
}
