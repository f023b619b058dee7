import Foundation

/// A folder that is gone when the work is done: in `TMPDIR`, or in `/tmp` where that is not set, or to nothing.
struct TemporaryFolder {
  let path: String

  init() throws(CommandFailure) {
    let place = Terminal.variable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let path = place + (place.hasSuffix("/") ? "" : "/") + "lockcheck-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure(
        .noOutput, "cannot make the temporary folder '\(path)': \(error.localizedDescription)")
    }
    self.path = path
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
