import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder

/// The recording of a program that was not written for it.
///
/// This library stands in front of the C library: its functions of the same names are found first,
/// whether it was preloaded or linked. Each does what the real one does, and tells the recorder.
enum Interposer {
  /// Whether what the function with this frame does is recorded. False too where the recorder or its
  /// runtime called it: they use some of the same functions.
  @inline(__always) static func isOn(_ frame: UInt) -> Bool { lc_may_record(frame) }

  /// Starts to record, as the environment asks: `lockcheck run` has its own variable, a program that was
  /// linked with this library listens to `LOCKCHECK`.
  static func start() {
    Threads.prepare()
    guard let settings = RunSettings.ofProcess else { return Recording.begin() }
    lc_clean_environment()
    lc_follow(settings.followsChildren)
    guard let file = settings.claimFile(isChild: false) else { return }
    Recording.begin(into: file, sizeLimit: settings.sizeLimit)
  }

  /// Starts a recording of the child of a fork, which has left that of its parent.
  static func startChild() {
    guard let settings = RunSettings.ofProcess, let file = settings.claimFile(isChild: true) else {
      return
    }
    Recording.beginAgain(into: file, sizeLimit: settings.sizeLimit)
  }
}

/// Called by the library's constructor.
@c(lc_interposer_start) public func startInterposer() { Interposer.start() }

/// Called in the child of a fork.
@c(lc_interposer_start_child) public func startInterposerInChild() { Interposer.startChild() }
