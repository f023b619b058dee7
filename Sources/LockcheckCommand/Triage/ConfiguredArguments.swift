import LockcheckTriage

/// A command line with what the configuration adds: its keys stand for the options of the same names, where
/// the command line does not have them.
enum ConfiguredArguments {
  /// The keys that each command takes.
  private static let keys: [String: Set<ConfigurationKey>] = {
    let report: Set<ConfigurationKey> = [
      .failOn, .failOnPerformance, .format, .engine, .only, .ignore, .performance, .byClass,
      .showSuppressed,
    ]
    return ["analyze": report, "run": report, "diff": [.failOn]]
  }()

  /// - Throws: A failure where the configuration cannot be read or understood.
  static func adding(to words: [String]) throws(CommandFailure) -> [String] {
    guard let command = words.first, let keys = keys[command] else { return words }
    let own = words.prefix { $0 != "--" }
    // Help is not to fail for a mistake in a file.
    if own.contains(where: { ["-h", "--help", "--version"].contains($0) }) { return words }
    guard let configuration = try options(in: own).load()?.configuration else { return words }
    let added = configuration.settings.filter { keys.contains($0.key) }.flatMap { setting in
      own.contains { stands($0, for: setting.key) } ? [] : arguments(for: setting)
    }
    return [command] + added + words.dropFirst()
  }

  /// The two options that say which configuration holds, before the command line is understood.
  private static func options(in words: ArraySlice<String>) -> ConfigurationOptions {
    var options = ConfigurationOptions()
    options.isWithoutConfiguration = words.contains("--no-config")
    options.config = nil
    for (place, word) in zip(words.indices, words) {
      if word.hasPrefix("--config=") { options.config = String(word.dropFirst(9)) }
      if word == "--config", place + 1 < words.endIndex { options.config = words[place + 1] }
    }
    return options
  }

  private static func stands(_ word: String, for key: ConfigurationKey) -> Bool {
    let name = key.rawValue
    return word == "--\(name)" || word.hasPrefix("--\(name)=") || word == "--no-\(name)"
  }

  private static func arguments(for setting: Configuration.Setting) -> [String] {
    let name = setting.key.rawValue
    switch setting.values {
    case ["true"]: return ["--\(name)"]
    case ["false"]: return setting.key == .byClass ? ["--no-\(name)"] : []
    default: return setting.values.flatMap { ["--\(name)=\($0)"] }
    }
  }
}
