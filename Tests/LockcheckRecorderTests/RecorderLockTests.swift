import CLockcheckShims
import Glibc
import Synchronization
import Testing

@Suite struct `The recorder's lock` {
  private final class Box: Sendable { let bits = Mutex<[Bool]>([]) }

  /// Whether the calling thread keeps the signal waiting.
  private static func isBlocked(_ signal: Int32) -> Bool {
    var set = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, nil, &set)
    return unsafe sigismember(&set, signal) == 1
  }

  /// Whether a thread that blocks nothing blocks the signal before it has the lock, with it, and after.
  private func blocks(_ signal: Int32) -> [Bool] {
    let seen = Box()
    onThreads(1) { _ in
      var none = sigset_t()
      unsafe sigemptyset(&none)
      unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
      let before = Self.isBlocked(signal)
      lc_lock()
      let during = Self.isBlocked(signal)
      lc_unlock()
      seen.bits.withLock { $0 = [before, during, Self.isBlocked(signal)] }
    }
    return seen.bits.withLock { $0 }
  }

  @Test(arguments: [SIGALRM, SIGTERM, SIGUSR1])
  func `keeps handlers off its holder, which might wait for a lock of the program`(signal: Int32) {
    #expect(blocks(signal) == [false, true, false])
  }

  @Test(arguments: [SIGSEGV, SIGILL, SIGABRT])
  func `lets a crash be seen`(signal: Int32) {
    #expect(blocks(signal) == [false, false, false])
  }
}
