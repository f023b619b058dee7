internal import CLockcheckShims
internal import Synchronization

/// Four bytes that threads can sleep on: the one place where this library blocks.
///
/// Lives in a class, as a `let`: the kernel knows it by its address.
struct FutexWord: ~Copyable, Sendable {
  let bits: Atomic<UInt32>

  init(_ initial: UInt32 = 0) { bits = Atomic(initial) }

  /// Where it is.
  var address: UInt { unsafe withUnsafePointer(to: bits) { UInt(bitPattern: $0) } }

  /// Sleeps while the word is `expected`.
  ///
  /// - Returns: False past the deadline. True says only that it is time to look again.
  @inline(never)
  borrowing func wait(while expected: UInt32, until deadline: Deadline) -> Bool {
    if let isWoken = Control.sleep(on: address, while: expected, until: deadline.nanoseconds) {
      return isWoken
    }
    return unsafe withUnsafePointer(to: bits) {
      unsafe lc_futex_wait(
        UnsafeRawPointer($0).assumingMemoryBound(to: UInt32.self), expected, deadline.nanoseconds)
    }
  }

  /// Wakes one thread that sleeps on the word, if there is one.
  @inline(never)
  borrowing func wakeOne() {
    Control.wake(address)
    unsafe withUnsafePointer(to: bits) {
      unsafe lc_futex_wake_one(UnsafeRawPointer($0).assumingMemoryBound(to: UInt32.self))
    }
  }
}
