import Synchronization

/// Code that is being recorded, as the watch sees it.
final class WatchedRun: Sendable {
  /// The innermost run that this code belongs to.
  @TaskLocal static var current: WatchedRun?

  let watch: Watch
  /// The recording.
  let file: String
  private let outer: WatchedRun?
  /// Recordings within this one: what they record is not in its own file, and they have limits of
  /// their own.
  private let innerRuns = Atomic<Int>(0)
  /// What its recording shows, once it hangs.
  private let conclusion = Mutex<String?>(nil)
  private let speaker = Mutex<HeldTask?>(nil)

  /// Describes the run of the calling code, inside the one that it belongs to.
  init(_ watch: Watch, file: String) {
    self.watch = watch
    self.file = file
    outer = Self.current
  }

  /// Begins to watch. For the code that is watched.
  func begin() {
    outer?.innerRuns.add(1, ordering: .relaxed)
    speaker.withLock { $0 = HeldTask { [self] in speak() } }
    HangWatch.ofProcess.begin(self)
  }

  /// Ends to watch, whatever came of it.
  func end() {
    HangWatch.ofProcess.end(self)
    outer?.innerRuns.subtract(1, ordering: .relaxed)
  }

  /// Whether a recording runs inside this one.
  var isInOthersHands: Bool { innerRuns.load(ordering: .relaxed) > 0 }

  /// Says that it hangs. Its task tells so once it is let go; see ``letSpeak()``.
  func markHung(_ text: String) { conclusion.withLock { $0 = text } }

  /// Lets the task run that belongs to it: it tells of the hang, if there is one, and is gone.
  func letSpeak() { speaker.withLock { $0.take() }?.run() }

  private func speak() {
    guard let text = conclusion.withLock({ $0 }) else { return }
    HangReport(run: self, conclusion: text).tell()
  }
}
