import ArgumentParser
import Foundation
import LockcheckTriage

/// Which `.lockcheck.yml` holds.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read this configuration, and not the .lockcheck.yml of this folder or the nearest one around it.",
      valueName: "file"),
    completion: .file())
  var config: String?

  @Flag(name: .customLong("no-config"), help: "Read no .lockcheck.yml.")
  var isWithoutConfiguration = false

  func validate() throws {
    if config != nil, isWithoutConfiguration {
      throw ValidationError("--config and --no-config exclude each other.")
    }
  }

  /// A configuration, and the folder from which its paths are meant.
  struct Loaded {
    let configuration: Configuration
    let folder: String

    /// A path that stands in the configuration, as it is from the working directory.
    func path(_ path: String) -> String {
      path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }
  }

  /// The configuration that holds; nil where there is none.
  ///
  /// - Throws: A failure where it cannot be read or understood.
  func load() throws(CommandFailure) -> Loaded? {
    if isWithoutConfiguration { return nil }
    let here = FileManager.default.currentDirectoryPath
    guard let path = config ?? Configuration.path(from: here) else { return nil }
    if config != nil, !FileManager.default.fileExists(atPath: path) {
      throw CommandFailure(.noInput, "there is no configuration '\(path)'")
    }
    let name = path.hasPrefix(here + "/") ? String(path.dropFirst(here.count + 1)) : path
    do throws(TriageFileError) {
      return Loaded(
        configuration: try Configuration(contentsOf: path, named: name, choices: Self.choices),
        folder: name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "")
    } catch {
      throw CommandFailure(.badConfiguration, "\(error)")
    }
  }

  private static let choices: [ConfigurationKey: [String]] = [
    .failOn: FailOn.allCases.map(\.rawValue),
    .format: ReportFormat.allCases.map(\.rawValue),
    .engine: EngineChoice.allCases.map(\.rawValue),
  ]
}
