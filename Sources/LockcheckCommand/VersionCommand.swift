import ArgumentParser

/// Which lockcheck this is, and what it reads and writes.
enum Version {
  static let number = "0.1.0"
  static let text = "lockcheck \(number) (trace format 1, report format 1)"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version, and the formats it reads and writes.")

  func run() throws { try StandardOutput.write(Version.text + "\n") }
}
