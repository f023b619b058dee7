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
    RecordedThread.willEnd {
      // A handler that ran after this would be a thread that nobody ends.
      _ = lc_block_signals()
      RobustMutexes.threadEnds()
      Allocation.threadEnds()
      lc_signal_stack_ends()
    }
    guard let settings = RunSettings.ofProcess else { return Recording.begin(stacks: .unwind) }
    lc_clean_environment()
    lc_follow(settings.followsChildren)
    guard let file = settings.claimFile(isChild: false) else { return }
    Recording.begin(
      into: file, sizeLimit: settings.sizeLimit, keeps: settings.keeps, stacks: .unwind)
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

/// Called by the primitives of `Lockcheck` in the same program, which record themselves: what this library
/// saw of the program until then is given up, and its file is theirs.
///
/// - Returns: 1 and the file, or 0 where this library does not record.
@c(lockcheck_stand_back) public func standBack(
  _ file: UnsafeMutablePointer<CChar>, _ size: Int
) -> Int32 {
  guard let path = Recorder.shared.file, path.utf8.count < size else { return 0 }
  do throws(RecorderError) {
    try Recorder.shared.stop()
  } catch {
    return 0
  }
  for (index, byte) in path.utf8CString.enumerated() { unsafe file[index] = byte }
  return 1
}
