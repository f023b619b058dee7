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
  /// Whether `LOCKCHECK_STACKS` says something.
  var hasStacks = false
  /// What the other variables ask for.
  var configuration = RecorderConfiguration()
  /// One line for each wrong value.
  var complaints: [String] = []

  /// What a library that records the whole program knows better than the environment.
  struct Overriding {
    /// The file of a recording that is made in any case.
    var file: String?
    /// The bytes that the file may not exceed.
    var sizeLimit: UInt64?
    /// What is kept where it would.
    var keeps = RecorderConfiguration.Kept.oldest
    /// How stacks are captured where the environment does not say.
    var stacks: RecorderConfiguration.Stacks?
    /// Whether the program was not written for the recorder.
    var omitsValues = false

    /// What the library that records the whole program leaves to the primitives of the program, where
    /// there is one.
    static func takenOver() -> Overriding {
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
        guard unsafe lc_take_over(path.baseAddress, path.count) != 0 else { return Overriding() }
        return unsafe Overriding(file: String(cString: path.baseAddress!))
      }
    }
  }

  private static let overriding = Mutex<Overriding?>(nil)

  /// Takes this into account. Before the settings are read.
  static func override(_ other: Overriding) { overriding.withLock { $0 = other } }

  /// The settings of this process, read once.
  static let ofProcess: EnvironmentSettings = {
    var settings = EnvironmentSettings { name in
      unsafe lc_environment(name).map { unsafe String(cString: $0) }
    }
    let overriding = Self.overriding.withLock { $0 } ?? .takenOver()
    if let file = overriding.file {
      settings.isRecording = true
      settings.configuration.file = file
      settings.configuration.sizeLimit = overriding.sizeLimit
      settings.configuration.keeps = overriding.keeps
      settings.configuration.isQuiet = true
    }
    if let stacks = overriding.stacks, !settings.hasStacks {
      settings.configuration.stacks = stacks
    }
    settings.configuration.omitsValues = overriding.omitsValues
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
    limit(value)
    if let stacks = value("LOCKCHECK_STACKS") {
      if let choice = RecorderConfiguration.Stacks(rawValue: stacks) {
        configuration.stacks = choice
        hasStacks = true
      } else {
        complain("LOCKCHECK_STACKS", stacks, expected: "none, fast, unwind or full")
      }
    }
  }

  /// What is said of the size of the file.
  private mutating func limit(_ value: (String) -> String?) {
    if let limit = value("LOCKCHECK_LIMIT") {
      if let bytes = UInt64(limit), bytes >= RecorderConfiguration.leastToKeepNewest {
        configuration.sizeLimit = bytes
      } else {
        complain("LOCKCHECK_LIMIT", limit, expected: "bytes, 65536 at least")
      }
    }
    guard let keep = value("LOCKCHECK_KEEP") else { return }
    guard let choice = RecorderConfiguration.Kept(rawValue: keep) else {
      return complain("LOCKCHECK_KEEP", keep, expected: "oldest or newest")
    }
    if choice == .newest, configuration.sizeLimit == nil {
      return complain("LOCKCHECK_KEEP", keep, expected: "a LOCKCHECK_LIMIT with it")
    }
    configuration.keeps = choice
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
