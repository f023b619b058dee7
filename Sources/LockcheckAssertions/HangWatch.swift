import Foundation
import Synchronization

/// One thread that looks at everything that is recorded for a test, a few times a second.
///
/// It blocks nobody and needs nobody: it reads the files of the recordings. It sleeps while there is
/// nothing to watch.
final class HangWatch: Sendable {
  /// The watch of this process.
  static let ofProcess = HangWatch()

  private struct State {
    /// What runs and has not hung.
    var runs: [WatchedRun] = []
    /// What has ended, and whose task has to be let go.
    var over: [WatchedRun] = []
    var hasThread = false
  }

  private let state = Mutex(State())
  private let isWanted = DispatchSemaphore(value: 0)

  /// Begins to look at `run`.
  func begin(_ run: WatchedRun) {
    let (isFirst, needsThread) = state.withLock { state in
      state.runs.append(run)
      defer { state.hasThread = true }
      return (state.runs.count == 1 && state.over.isEmpty, !state.hasThread)
    }
    if needsThread {
      let thread = Thread { [self] in look() }
      thread.name = "lockcheck watch"
      thread.start()
    }
    // A shorter limit than those before it is only seen once the thread looks again.
    if isFirst || run.watch.limit < Hang.usualLimit { isWanted.signal() }
  }

  /// Looks no longer at `run`.
  func end(_ run: WatchedRun) {
    state.withLock { state in
      guard let index = state.runs.firstIndex(where: { $0 === run }) else { return }
      state.runs.remove(at: index)
      state.over.append(run)
    }
  }

  /// How many runs there are that may still end.
  var runCount: Int { state.withLock { $0.runs.count } }

  /// Forever: the thread.
  private func look() {
    var looks = Looks()
    while true {
      let (runs, over) = state.withLock { state in
        defer { state.over = [] }
        return (state.runs, state.over)
      }
      over.forEach { $0.letSpeak() }
      for (run, text) in looks.hung(of: runs) { hangs(run, text) }
      if let pause = looks.pause {
        _ = isWanted.wait(timeout: .now() + pause)
      } else {
        isWanted.wait()
      }
    }
  }

  private func hangs(_ run: WatchedRun, _ text: String) {
    let isThere = state.withLock { state in
      guard let index = state.runs.firstIndex(where: { $0 === run }) else { return false }
      state.runs.remove(at: index)
      return true
    }
    guard isThere else { return }
    run.markHung(text)
    ProcessEnd.ofProcess.begin()
    // On a thread of its own: others may hang meanwhile.
    Thread { run.letSpeak() }.start()
  }
}
