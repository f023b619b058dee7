import CLockcheckAccesses
import LockcheckRecorder
import LockcheckTrace

/// The accesses of a program that was compiled with access instrumentation, as they are recorded.
///
/// What compilers call is in C (`entries.c`, `atomics.c`), where repeated accesses are dropped; this is
/// what comes through.
enum Accesses {
  /// Room for the variables that one access can touch: the bytes of three words.
  typealias Numbers = InlineArray<24, UInt32>

  /// Finds the variables that lie in some bytes, and notes that the thread touches them.
  ///
  /// - Returns: How many there are; nil where their numbers could not be written down.
  @inline(__always)
  static func touch(
    _ address: UInt, size: UInt, by thread: UInt32, _ numbers: inout Numbers
  ) -> Int? {
    var count = 0
    var at = address
    repeat {
      let low = UInt32(at & 7)
      let high = size == 0 ? low : UInt32(min(UInt(low) + (address + size - at), 8))
      var touched = lc_word_touch(at, low, high, thread)
      while touched.outcome != LC_TOUCHED {
        if touched.outcome == LC_TOUCH_PARTED { append(touched, to: &numbers, &count) }
        guard Variables.settle(touched.outcome, at: at) else { return nil }
        if touched.outcome == LC_TOUCHED_SHARED { break }
        touched = lc_word_touch(at, low, high, thread)
      }
      append(touched, to: &numbers, &count)
      at = (at & ~7) &+ 8
    } while at < address &+ size
    return count
  }

  @inline(__always)
  private static func append(_ touched: lc_touch, to numbers: inout Numbers, _ count: inout Int) {
    var parts = touched.parts
    while parts != 0, count < numbers.count {
      numbers[count] = touched.number &+ UInt32(parts.trailingZeroBitCount)
      count += 1
      parts &= parts &- 1
    }
  }

  /// Records a plain access to the old parts of a word that is being parted.
  static func recordParted(_ operation: Operation, _ touched: lc_touch, pc: UInt) {
    var numbers = Numbers(repeating: 0)
    var count = 0
    append(touched, to: &numbers, &count)
    _ = record(operation, numbers, count, pc: pc)
  }

  @inline(__always)
  private static func record(
    _ operation: Operation, _ numbers: Numbers, _ count: Int, pc: UInt
  ) -> Bool {
    let hash = lc_shadow_stack_hash(pc)
    return unsafe numbers.span.withUnsafeBufferPointer { all in
      unsafe RecordedVariables.append(
        operation, to: UnsafeBufferPointer(rebasing: all[..<count]), stackHash: hash,
        addresses: { room, limit in unsafe lc_shadow_stack(pc, room, limit) })
    }
  }

  /// Records a plain access.
  @inline(__always)
  static func record(_ operation: Operation, _ address: UInt, size: UInt, pc: UInt) -> Bool {
    var numbers = Numbers(repeating: 0)
    guard let count = touch(address, size: size, by: lc_own_thread_number(), &numbers) else {
      return false
    }
    return record(operation, numbers, count, pc: pc)
  }

  /// Records an atomic access, of whose place in the order the caller is sure.
  static func recordAtomic(
    _ form: EventForm, _ address: UInt, size: UInt, pc: UInt,
    stamp: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    var numbers = Numbers(repeating: 0)
    guard let count = touch(address, size: size, by: lc_own_thread_number(), &numbers) else {
      return false
    }
    let hash = lc_shadow_stack_hash(pc)
    return unsafe numbers.span.withUnsafeBufferPointer { all in
      unsafe RecordedVariables.appendAtomic(
        form, to: UnsafeBufferPointer(rebasing: all[..<count]), stackHash: hash,
        stamp: stamp,
        addresses: { room, limit in unsafe lc_shadow_stack(pc, room, limit) })
    }
  }
}

/// Called for a plain access that has not just been recorded. Returns whether it has been now.
@c(lc_record_access) public func recordAccess(
  _ address: UInt, _ size: UInt32, _ operation: UInt8, _ pc: UInt
) -> Bool {
  let isWrite = operation == UInt8(LC_OPERATION_WRITE)
  return Accesses.record(isWrite ? .write : .read, address, size: UInt(size), pc: pc)
}

/// Called for a plain access to a word that is about to be parted.
@c(lc_record_parted) public func recordParted(
  _ number: UInt32, _ parts: UInt32, _ operation: UInt8, _ pc: UInt
) {
  let isWrite = operation == UInt8(LC_OPERATION_WRITE)
  let touched = lc_touch(outcome: LC_TOUCH_PARTED, number: number, parts: parts)
  Accesses.recordParted(isWrite ? .write : .read, touched, pc: pc)
}

/// Called for an atomic access, by a thread that holds the place of its variable in the order.
@c(lc_record_atomic) public func recordAtomic(
  _ address: UInt, _ size: UInt32, _ operation: UInt8, _ pc: UInt,
  _ stamp: UnsafeMutablePointer<UInt64>
) -> Bool {
  // The highest bit says that it has no order.
  guard let known = Operation(rawValue: operation & 0x7F) else { return false }
  let form = EventForm(
    known, mode: .exclusive, isPending: false, attempt: operation < 0x80 ? .blocking : .try,
    result: .success)
  return unsafe Accesses.recordAtomic(
    form, address, size: UInt(size), pc: pc, stamp: stamp)
}
