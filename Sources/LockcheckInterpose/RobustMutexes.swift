import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder
import LockcheckTrace

/// Mutexes that outlive their holder: whoever takes one next is told so, by `EOWNERDEAD`.
///
/// That answer comes after the end of the one thread. So the death is an event of its own, set by the thread
/// that ends and waited for by the one that is told: in no schedule does it hear of it before.
enum RobustMutexes {
  /// Records that the calling thread, which is about to have the mutex, was told that its holder has died.
  @inline(never)
  static func noteInherited(_ mutex: MutexPointer, frame: UInt) {
    guard let death = unsafe death(of: mutex, frame: frame) else { return }
    unsafe death.pointee.object.append(.done(.wait), order: .ofObject, frame: frame)
  }

  /// What the kernel gives up for the calling thread, which ends.
  static func threadEnds() {
    let frame = lc_frame_address()
    var next = unsafe lc_next_robust_mutex(nil)
    // As many as the kernel looks at: whoever writes over the list must not hold the thread up.
    for _ in 0..<2048 {
      guard let mutex = unsafe next else { return }
      if let instance = unsafe Instances.known(at: mutex) {
        unsafe death(of: mutex, frame: frame)?.pointee.object.append(
          .done(.set), order: .ofObject, frame: frame)
        unsafe instance.pointee.released(frame: frame)
      }
      unsafe next = lc_next_robust_mutex(mutex)
    }
  }

  /// Goes by the second word of the mutex, of which nobody else has an instance.
  private static func death(of mutex: MutexPointer, frame: UInt) -> Instances.Reference? {
    unsafe Instances.at(UnsafeRawPointer(mutex) + 4, as: .event, frame: frame)
  }
}
