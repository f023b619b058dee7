public import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder

/// Stands in front of `pthread_setname_np`.
@c(pthread_setname_np) public func interposeSetName(
  _ thread: pthread_t, _ name: UnsafePointer<CChar>
) -> Int32 {
  let frame = lc_frame_address()
  let result = unsafe lc_real_pthread_setname_np(thread, name)
  guard result == 0, Interposer.isOn(frame) else { return result }
  if pthread_equal(thread, pthread_self()) != 0 {
    RecordedThread.takeSystemName()
  } else {
    unsafe JoinableThreads.get(thread)?.rename(name)
  }
  return result
}

/// Called by `prctl`, when a thread has called itself otherwise.
@c(lc_thread_renamed) public func threadRenamed(_ frame: UInt) {
  if Interposer.isOn(frame) { RecordedThread.takeSystemName() }
}
