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
    if let settings = unsafe lc_run_settings() {
      let run = unsafe RunSettings(String(cString: settings))
      lc_clean_environment()
      Recording.begin(into: run.trace)
    } else {
      Recording.begin()
    }
    RecordedThread.willEnd { Mutexes.threadEnds() }
  }
}

/// Called by the library's constructor.
@c(lc_interposer_start) public func startInterposer() { Interposer.start() }

/// What `lockcheck run` asks for: lines of `key=value`.
struct RunSettings: Equatable {
  /// The file of the trace; `%p` stands for the number of the process.
  var trace = RecorderConfiguration().file

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = line[line.index(after: equals)...]
      switch line[..<equals] {
      case "trace": trace = String(value)
      default: break
      }
    }
  }
}
