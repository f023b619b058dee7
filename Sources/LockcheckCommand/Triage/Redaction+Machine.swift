import Foundation
import LockcheckTriage

extension Redaction {
  /// What takes out what tells of this machine and of whoever runs the command here.
  static func ofThisMachine(others: [String]) -> Redaction {
    var users = ["USER", "LOGNAME", "SUDO_USER"].compactMap { Terminal.variable($0) }
    // Wherever it lies, it is mostly called as its owner.
    if let home = Terminal.variable("HOME")?.split(separator: "/").last {
      users.append(String(home))
    }
    // No question to the network, as other ways ask.
    let host = try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
    let hosts = [
      host?.trimmingCharacters(in: .whitespacesAndNewlines), Terminal.variable("HOSTNAME"),
    ]
    var redaction = Redaction(
      root: FileManager.default.currentDirectoryPath, users: users,
      hosts: hosts.compactMap(\.self), others: others)
    if let home = Terminal.variable("HOME") { redaction.learn(from: home) }
    return redaction
  }
}
