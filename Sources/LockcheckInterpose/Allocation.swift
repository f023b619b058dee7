import CLockcheckInterpose
import CLockcheckShims
import Glibc

/// Memory that is given back: what stood in it has ended, also without a word from the program, as with
/// C++'s mutexes. Another object in the same memory is a new one.
///
/// The functions of the C library that give memory back are stood in front of in `memory.c`: Swift does not
/// let a function of its own be called `free`.
enum Allocation {
  /// Ends what stands between the two addresses, while nobody else can have the memory.
  static func endInstances(from low: UInt, to high: UInt) {
    let kept = lc_errno()
    defer { lc_set_errno(kept) }
    var next = lc_instance_next(low, high)
    while next != 0 {
      unsafe Instances.end(UnsafeRawPointer(bitPattern: next))
      next = lc_instance_next(next &+ 1, high)
    }
  }

  /// Ends what stands on the stack of the calling thread, which another thread will have.
  static func threadEnds() {
    guard let thread = unsafe lc_current(), !lc_is_main_thread() else { return }
    let (low, high) = unsafe (thread.pointee.stack_low, thread.pointee.stack_high)
    if low < high { unsafe lc_will_free(UnsafeRawPointer(bitPattern: low), Int(high - low), 0) }
  }
}

/// Called where something may stand in memory that is given back.
@c(lc_end_instances) public func endInstances(_ low: UInt, _ high: UInt) {
  Allocation.endInstances(from: low, to: high)
}
