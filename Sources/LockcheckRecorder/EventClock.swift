import CLockcheckShims
import Synchronization

/// The order of events: hybrid logical stamps.
///
/// Implements [Kulkarni et al. 2014] with one word for both halves of the paper's clock: a stamp is the
/// ticks of the time-stamp counter unless the past asks for more.
///
/// 1. Every thread and every object keeps the stamp of the last event on it.
/// 2. An event takes the largest of the ticks, its thread's stamp + 1 and its object's stamp + 1, and
///    leaves it in both. The object is held meanwhile, so nobody else does the same.
/// 3. So by (stamp, thread) the events stand in program order on each thread and in their true order
///    on each object, whatever the counters of the cores say; and no cache line is shared but the
///    object's own.
///
/// [Kulkarni et al. 2014]: https://doi.org/10.1007/978-3-319-14472-6_2
enum EventClock {
  /// The stamp of an event on `thread` that comes after `past`.
  @inline(__always)
  static func stamp(on thread: UnsafeMutablePointer<lc_thread>, after past: UInt64) -> UInt64 {
    unsafe max(lc_ticks(), max(thread.pointee.last, past) &+ 1)
  }
}
