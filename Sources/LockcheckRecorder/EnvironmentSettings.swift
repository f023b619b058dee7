import CLockcheckShims
import Synchronization

/// What the environment says about recording: `LOCKCHECK` and its companions.
///
/// A wrong value is set aside, and a complaint says which it was and what is expected.
struct EnvironmentSettings: Equatable {
  /// Whether `LOCKCHECK` asks to record.
  var isRecording = false
  /// Whether `LOCKCHECK` asks to look at threads as they run.
  var isChecking = false
  /// What the other variables ask for.
  var configuration = RecorderConfiguration()
  /// One line for each wrong value.
  var complaints: [String] = []

  /// The settings of a recording that was asked for in another way than by the environment.
  private static let overriding = Mutex<(file: String, sizeLimit: UInt64?)?>(nil)

  /// Has the process record into `file`, whatever `LOCKCHECK` and `LOCKCHECK_TRACE` say. Before the
  /// settings are read.
  static func override(_ file: String, sizeLimit: UInt64?) {
    overriding.withLock { $0 = (file, sizeLimit) }
  }

  /// The settings of this process, read once.
  static let ofProcess: EnvironmentSettings = {
    var settings = EnvironmentSettings { name in
      unsafe lc_environment(name).map { unsafe String(cString: $0) }
    }
    if let other = overriding.withLock({ $0 }) {
      settings.isRecording = true
      settings.configuration.file = other.file
      settings.configuration.sizeLimit = other.sizeLimit
      settings.configuration.isQuiet = true
    }
    return settings
  }()

  /// Reads the settings off the variables that `value` gives.
  init(_ value: (String) -> String?) {
    switch value("LOCKCHECK") {
    case nil, "", "off": break
    case "record": isRecording = true
    case "check": (isRecording, isChecking) = (true, true)
    case "check-only": isChecking = true
    case let other?: complain("LOCKCHECK", other, expected: "off, record, check or check-only")
    }
    if let file = value("LOCKCHECK_TRACE"), !file.isEmpty { configuration.file = file }
    if let depth = value("LOCKCHECK_STACK_DEPTH") {
      if let number = Int(depth), RecorderConfiguration.stackDepths.contains(number) {
        configuration.stackDepth = number
      } else {
        complain("LOCKCHECK_STACK_DEPTH", depth, expected: "a number from 1 to 128")
      }
    }
    if let size = value("LOCKCHECK_BUFFER_SIZE") {
      if let number = Int(size), RecorderConfiguration.bufferSizes.contains(number) {
        configuration.bufferSize = number
      } else {
        complain("LOCKCHECK_BUFFER_SIZE", size, expected: "bytes from 4096 to 16777216")
      }
    }
    if let stacks = value("LOCKCHECK_STACKS") {
      if let choice = RecorderConfiguration.Stacks(rawValue: stacks) {
        configuration.stacks = choice
      } else {
        complain("LOCKCHECK_STACKS", stacks, expected: "none, fast or full")
      }
    }
  }

  private mutating func complain(_ name: String, _ value: String, expected: String) {
    complaints.append("\(name) is '\(value)'; expected \(expected)")
  }
}

extension RecorderConfiguration {
  /// The settings that the environment of this process asks for; wrong values are left out.
  public static func environment() -> RecorderConfiguration {
    EnvironmentSettings.ofProcess.configuration
  }
}
