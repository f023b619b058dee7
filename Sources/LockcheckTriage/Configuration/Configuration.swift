public import LockcheckFindings

/// What `.lockcheck.yml` says: settings that stand for options, and suppressions.
///
/// Described in `Docs/suppressions.md`.
public struct Configuration: Sendable, Equatable {
  /// The file's name.
  public static let fileName = ".lockcheck.yml"

  /// A key that stands for an option of the same name.
  public struct Setting: Sendable, Equatable {
    /// The key.
    public let key: ConfigurationKey
    /// Its values: one, but for lists.
    public let values: [String]
    /// Where the key stands.
    public let place: TriageFileError.Place
  }

  /// What the file is called.
  public var file: String
  /// The settings, in the order of the file.
  public var settings: [Setting]
  /// What somebody has decided to live with.
  public var suppressions: Suppressions

  /// Makes a configuration that says nothing.
  public init(file: String = Configuration.fileName) {
    self.file = file
    settings = []
    suppressions = Suppressions()
  }

  /// The values of a key; nil where the file does not have it.
  public subscript(key: ConfigurationKey) -> [String]? {
    settings.first { $0.key == key }?.values
  }

  /// The rules that are not to be looked for.
  public var ignoredRules: Set<Rule> {
    Set((self[.ignore] ?? []).flatMap { Rule.selected(by: $0) })
  }
}

/// A key of a configuration that stands for an option of the command.
public enum ConfigurationKey: String, Sendable, CaseIterable {
  /// From which verdict on a finding fails.
  case failOn = "fail-on"
  /// Whether findings about where the time goes fail as well.
  case failOnPerformance = "fail-on-performance"
  /// The form of the report.
  case format
  /// How far the analysis goes.
  case engine
  /// The rules that are looked for.
  case only
  /// The rules that are not looked for.
  case ignore
  /// Whether it is told where the time goes.
  case performance
  /// Whether lock orders that are cyclic by class are looked for.
  case byClass = "by-class"
  /// Whether suppressed findings are listed.
  case showSuppressed = "show-suppressed"
  /// The file with the findings that are known.
  case baseline
  /// Suppression files of ThreadSanitizer's.
  case tsanSuppressions = "tsan-suppressions"

  /// What may stand behind a key.
  enum Shape {
    case choice
    case rules
    case flag
    case path
    case paths
  }

  var shape: Shape {
    switch self {
    case .failOn, .format, .engine: .choice
    case .only, .ignore: .rules
    case .failOnPerformance, .performance, .byClass, .showSuppressed: .flag
    case .baseline: .path
    case .tsanSuppressions: .paths
    }
  }
}
