import Foundation
import Glibc
import LockcheckRecorder
import Synchronization

/// Ends the process in which something hangs, when the rest of it has had its time.
final class ProcessEnd: Sendable {
  /// That of this process.
  static let ofProcess = ProcessEnd()

  /// How long nothing may be running any more that is watched, before the process ends: for tests that
  /// nobody watches, and for the framework to say what it has to.
  private static let lull: Duration = .milliseconds(500)
  /// How long the process goes on at the most.
  private static let longest: Duration = .seconds(60)

  private struct State {
    var hasBegun = false
    /// Hangs that have been seen, and not been told.
    var untold = 0
  }

  private let state = Mutex(State())

  /// Has the process end when the hang that has been seen is told, and the others have had their time.
  func begin() {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      state.untold += 1
      return !state.hasBegun
    }
    guard isFirst else { return }
    let thread = Thread { [self] in
      waitForOthers()
      end()
    }
    thread.name = "lockcheck end"
    thread.start()
  }

  /// A hang has been told.
  func isTold() { state.withLock { $0.untold -= 1 } }

  private func waitForOthers() {
    let start = SuspendingClock.now
    var lastBusy = start
    while true {
      Thread.sleep(forTimeInterval: 0.02)
      let now = SuspendingClock.now
      let isBusy =
        HangWatch.ofProcess.runCount > 0 || state.withLock { $0.untold > 0 }
      if isBusy { lastBusy = now }
      if now - lastBusy >= Self.lull || now - start >= Self.longest { return }
    }
  }

  private func end() -> Never {
    Recording.say(
      "the process is ended with status \(Hang.exitStatus): threads that hang cannot be unwound")
    // What the frameworks have printed; not for ever, since a thread may hang with a stream locked.
    let isFlushed = DispatchSemaphore(value: 0)
    Thread {
      fflush(nil)
      isFlushed.signal()
    }.start()
    _ = isFlushed.wait(timeout: .now() + 1)
    _exit(Hang.exitStatus)
  }
}
