public import CLockcheckShims
import Glibc
import LockcheckTrace

/// The process-wide switch.
public enum Recording {
  /// Whether any recording runs: one relaxed load of one byte.
  @inlinable public static var isOn: Bool { lc_is_recording() }

  /// Looks at the environment, the first time that any primitive is used: `LOCKCHECK=record`, and
  /// `check`, start ``Recorder/shared``.
  @inline(__always) static func readEnvironment() {
    if !lc_is_environment_read() { startFromEnvironment() }
  }

  /// Whether the environment asks to look at threads as they run.
  package static var wantsChecks: Bool { EnvironmentSettings.ofProcess.isChecking }

  @inline(never) private static func startFromEnvironment() { _ = start }

  private static let start: Void = {
    let settings = EnvironmentSettings.ofProcess
    for complaint in settings.complaints { say(complaint) }
    lc_set_environment_read()
    guard settings.isRecording else { return }
    do throws(RecorderError) {
      try Recorder.shared.start()
    } catch {
      say(error.description)
    }
  }()

  /// Starts ``Recorder/shared`` before any primitive is used, as the environment asks, in a program that was
  /// not written for it: its trace says that values are not in it.
  ///
  /// - Parameters:
  ///   - file: The trace, where whoever calls knows better than the environment; then it is recorded in
  ///     any case.
  ///   - sizeLimit: The bytes that it may not exceed.
  ///   - keeps: What is kept where it would.
  ///   - stacks: How stacks are captured where the environment does not say.
  package static func begin(
    into file: String? = nil, sizeLimit: UInt64? = nil, keeps: RecorderConfiguration.Kept = .oldest,
    stacks: RecorderConfiguration.Stacks
  ) {
    EnvironmentSettings.override(
      .init(file: file, sizeLimit: sizeLimit, keeps: keeps, stacks: stacks, omitsValues: true))
    readEnvironment()
  }

  /// Starts to record in the child of a fork, which has left its parent's recording, with the parent's
  /// other settings.
  package static func beginAgain(into file: String, sizeLimit: UInt64?) {
    do throws(RecorderError) {
      try Recorder.sharedInChild(file: file, sizeLimit: sizeLimit).start()
    } catch {
      say(error.description)
    }
  }

  /// One line on standard error.
  package static func say(_ text: String) {
    var line = "lockcheck: \(text)\n"
    line.withUTF8 { utf8 in _ = unsafe write(STDERR_FILENO, utf8.baseAddress, utf8.count) }
  }
}
