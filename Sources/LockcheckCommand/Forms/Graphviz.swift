import Foundation

/// Graphviz, where it is installed: draws what ``LockcheckReport/DOTRenderer`` describes.
enum Graphviz {
  /// - Throws: That it is not there, and what to do about it.
  static func check() throws(CommandFailure) { _ = try executable() }

  /// A description as a picture.
  static func svg(_ text: String) throws(CommandFailure) -> String { try draw(text, ["-Tsvg"]) }

  /// What it makes of a description.
  ///
  /// - Parameter patience: How many seconds it may take; nil where it has to be waited for.
  static func draw(
    _ text: String, _ arguments: [String], patience: Double? = nil
  ) throws(CommandFailure) -> String {
    let executable = try executable()
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (input, output) = (folder.path + "/graph.dot", folder.path + "/graph.out")
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments + ["-o", output, input]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    // Fonts that are missing are its favourite subject.
    process.standardError = FileHandle.nullDevice
    do {
      try text.write(toFile: input, atomically: false, encoding: .utf8)
      try process.run()
      if let patience { end(process, after: patience) }
      process.waitUntilExit()
      guard process.terminationReason == .exit, process.terminationStatus == 0 else {
        throw CommandFailure(
          .unavailable, "\(executable.path) ended with status \(process.terminationStatus)")
      }
      return try String(contentsOfFile: output, encoding: .utf8)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.unavailable, "Graphviz cannot be used: \(error)")
    }
  }

  private static func end(_ process: Process, after patience: Double) {
    let end = Date(timeIntervalSinceNow: patience)
    while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.02) }
    if process.isRunning { process.terminate() }
  }

  private static func executable() throws(CommandFailure) -> URL {
    for folder in (Terminal.variable("PATH") ?? "").split(separator: ":") {
      let file = URL(filePath: String(folder), directoryHint: .isDirectory).appending(path: "dot")
      if FileManager.default.isExecutableFile(atPath: file.path(percentEncoded: false)) {
        return file
      }
    }
    throw CommandFailure(
      .unavailable,
      "svg is drawn by Graphviz, and there is no 'dot' on the PATH: install Graphviz, or write dot and "
        + "draw it elsewhere")
  }
}
