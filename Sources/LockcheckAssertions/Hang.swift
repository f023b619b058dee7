/// What a hang is, and what becomes of a process in which something hangs.
///
/// Code under watch hangs when its recording has got no event for as long as its limit says. A limit
/// has to be longer than the longest sleep, computation or wait for the outside world between two
/// events. Where no limit is given, only that counts as a hang which the recording proves: it has got no
/// event for ``usualLimit``, and shows threads that nobody can free any more. `Docs/testing.md` tells
/// what happens then.
public enum Hang {
  /// How long code may go without an event until its recording is looked at, where no limit is given.
  public static let usualLimit: Duration = .seconds(60)

  /// The status with which a process ends in which something hangs: blocked threads cannot be unwound.
  public static let exitStatus: Int32 = 86

  /// The environment variable that names the folder for the recordings and reports of what hangs;
  /// where it is not set, they go into `lockcheck-PID` in the folder for temporary files.
  public static let directoryVariable = "LOCKCHECK_ARTIFACTS"
}

/// What comes of findings.
public enum LockcheckMode: Sendable, Hashable, CaseIterable {
  /// They fail the test.
  case fail
  /// They are told, and the test does not fail; a hang still ends the process.
  case warn
  /// Nothing is recorded, looked for or watched.
  case off
}
