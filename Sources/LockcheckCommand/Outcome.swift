/// How the command ends: 0, or one of these, which are `sysexits.h`'s where it has one.
enum Outcome: Int32, Error, Sendable {
  /// There is a finding that the build should fail on.
  case findings = 1
  /// The command line is wrong.
  case usage = 64
  /// The trace is not readable.
  case badTrace = 65
  /// There is no such file.
  case noInput = 66
  /// Something that the command needs is not there: a demo that was not built, a program to try a
  /// prediction on.
  case unavailable = 69
  /// The output could not be written.
  case noOutput = 74
  /// A configuration, suppression file or baseline is not understood.
  case badConfiguration = 78
  /// A program that was run hangs.
  case hang = 86
  /// The program is there and cannot be run; the shells' number.
  case notExecutable = 126
  /// There is no such program; the shells' number.
  case noProgram = 127
}

/// The end of the command, with a sentence on standard error.
struct CommandFailure: Error, Sendable {
  let outcome: Outcome
  let message: String

  init(_ outcome: Outcome, _ message: String) {
    self.outcome = outcome
    self.message = message
  }
}

/// The end of the command with the status of the program that it ran.
struct ProgramStatus: Error, Sendable {
  let status: Int32
}
