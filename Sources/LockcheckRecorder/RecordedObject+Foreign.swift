import CLockcheckShims
package import LockcheckTrace
import Synchronization

/// Which orders an event has a place in beside that of its thread.
@usableFromInline package enum EventOrder {
  /// Its thread's alone: an attempt that is pending, or came to nothing.
  case ofThread
  /// The object's, which nobody else does anything to meanwhile.
  case ofHolder
  /// The object's, together with whatever others do to it at the same time: behind all that was appended
  /// before, and before all that is appended later.
  case ofObject
}

/// Events on objects that are not primitives of ours: `frame` is that of the outermost function that
/// stands for the operation, whose return address is where the program called it.
extension RecordedObject {
  /// Appends an event.
  ///
  /// - Parameter argument: The count, the item or the size; all ones where there is none.
  /// - Returns: The number of the recording that it went into; 0 where that is none.
  @usableFromInline @inline(never) @discardableResult
  package borrowing func append(
    _ form: EventForm, argument: UInt64, order: EventOrder, frame: UInt
  ) -> UInt32 {
    guard let append = EventAppend.open(frame: frame) else { return 0 }
    let session = append.recording
    finish(append, form, argument, order)
    return session
  }

  /// As ``append(_:argument:order:frame:)``, of what was asked for elsewhere: by the code at `stack`, which
  /// ``CapturedStack`` gave.
  @inline(never) @discardableResult
  package borrowing func append(
    _ form: EventForm, argument: UInt64 = .max, order: EventOrder, stack: UInt32
  ) -> UInt32 {
    guard let append = EventAppend.open(stack: stack) else { return 0 }
    let session = append.recording
    finish(append, form, argument, order)
    return session
  }

  /// Appends that the calling thread is about to wait for what the thread of that number has; in the object's
  /// order, so that what the holder does to it later comes behind.
  @inline(never)
  package borrowing func appendPendingAcquire(
    _ attempt: Event.Attempt, holder: UInt32, frame: UInt
  ) {
    guard let append = EventAppend.open(frame: frame) else { return }
    let next = append.stamp(after: stamp.load(ordering: .acquiring))
    if isKnown(to: append) {
      append.write(
        EventForm(waitingForHolder: attempt), stamp: next,
        object: number.load(ordering: .relaxed),
        companion: append.knows(thread: holder) ? holder : .max)
    } else {
      append.lose(next)
    }
    raise(to: next)
    append.close()
  }

  /// As ``append(_:argument:order:frame:)``, of an operation that has no argument.
  @inlinable @inline(__always) @discardableResult
  package borrowing func append(_ form: EventForm, order: EventOrder, frame: UInt) -> UInt32 {
    append(form, argument: .max, order: order, frame: frame)
  }

  /// Appends the release of a lock by its holder, without a stack unless stacks are `full`.
  ///
  /// - Parameter session: The recording that has the acquire: into any other the release does not go.
  @inline(never)
  package borrowing func appendRelease(
    _ mode: LockMode, takenIn session: UInt32, order: EventOrder = .ofHolder, frame: UInt
  ) {
    guard session != 0, let append = EventAppend.open(frame: frame, wantsStack: false) else {
      return
    }
    guard append.recording == session else { return append.close() }
    let form = EventForm(
      .release, mode: mode, isPending: false, attempt: .blocking, result: .success)
    finish(append, form, .max, order)
  }

  /// Appends an operation on a condition under `lock`, which the caller holds, or does not know that it
  /// does.
  @inline(never)
  package borrowing func append(
    _ form: EventForm, under lock: borrowing RecordedObject, isHeld: Bool,
    argument: UInt64 = .max, frame: UInt
  ) {
    guard let append = EventAppend.open(frame: frame) else { return }
    var past = stamp.load(ordering: .acquiring)
    if isHeld { past = max(past, lock.stamp.load(ordering: .relaxed)) }
    let next = append.stamp(after: past)
    if isKnown(to: append), lock.isKnown(to: append) {
      append.write(
        form, stamp: next, object: number.load(ordering: .relaxed),
        companion: lock.number.load(ordering: .relaxed), argument: argument)
    } else {
      append.lose(next)
    }
    raise(to: next)
    if isHeld { lock.stamp.store(next, ordering: .relaxed) }
    append.close()
  }

  @inline(__always)
  private borrowing func finish(
    _ append: EventAppend, _ form: EventForm, _ argument: UInt64, _ order: EventOrder
  ) {
    let past =
      switch order {
      case .ofThread: UInt64(0)
      case .ofHolder: stamp.load(ordering: .relaxed)
      case .ofObject: stamp.load(ordering: .acquiring)
      }
    let next = append.stamp(after: past)
    if isKnown(to: append) {
      append.write(
        form, stamp: next, object: number.load(ordering: .relaxed), argument: argument)
    } else {
      append.lose(next)
    }
    switch order {
    case .ofThread: break
    case .ofHolder: stamp.store(next, ordering: .relaxed)
    case .ofObject: raise(to: next)
    }
    append.close()
  }

  /// Has everything from now on come after `next`.
  @inline(__always)
  private borrowing func raise(to next: UInt64) {
    var known = stamp.load(ordering: .relaxed)
    while known < next {
      let (isExchanged, original) = stamp.weakCompareExchange(
        expected: known, desired: next, ordering: .acquiringAndReleasing)
      if isExchanged { return }
      known = original
    }
  }
}

extension RecordedObject {
  /// Appends that the C library refused a call about the object.
  @inline(never)
  package borrowing func append(_ refusal: Refusal, order: EventOrder, frame: UInt) {
    guard let append = EventAppend.open(frame: frame) else { return }
    let past = order == .ofThread ? 0 : stamp.load(ordering: .acquiring)
    let next = append.stamp(after: past)
    if isKnown(to: append) {
      append.write(
        EventForm(.refused), stamp: next, object: 0,
        companion: number.load(ordering: .relaxed), argument: refusal.argument)
    } else {
      append.lose(next)
    }
    if order != .ofThread { raise(to: next) }
    append.close()
  }
}

/// A stack that is captured before the event that it belongs to.
package enum CapturedStack {
  /// The number of the stack that begins at the return address of `frame`; 0 where nothing is recorded.
  package static func number(frame: UInt) -> UInt32 { StackCapture.creation(frame: frame) }
}

extension RecordedObject {
  /// Appends an event that names no object: the beginning or end of a block, or a refused call.
  @inline(never)
  package static func append(_ form: EventForm, argument: UInt64 = .max, frame: UInt) {
    guard let append = EventAppend.open(frame: frame) else { return }
    append.write(form, stamp: append.stamp(after: 0), object: 0, argument: argument)
    append.close()
  }
}
