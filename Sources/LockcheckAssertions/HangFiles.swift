import Foundation
import Synchronization

/// Where the recording and the report of something that hangs are kept.
struct HangFiles {
  private let trace: URL
  private let text: URL
  /// For continuous integration: see ``keep(caseOf:headline:text:)``.
  let junit: URL

  /// Chooses names that no file has yet, made of what hangs.
  init(for name: String) {
    let folder = Self.folder
    let stem = Self.stem(of: name)
    let free = Self.chosen.withLock { chosen in
      var free = stem
      var number = 1
      while chosen.contains(free) || Self.isTaken(folder.appending(path: free + ".lctrace")) {
        number += 1
        free = "\(stem)-\(number)"
      }
      chosen.insert(free)
      return free
    }
    trace = folder.appending(path: free + ".lctrace")
    text = folder.appending(path: free + ".txt")
    junit = folder.appending(path: free + ".xml")
  }

  private static let chosen = Mutex<Set<String>>([])

  private static func isTaken(_ file: URL) -> Bool {
    FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
  }

  private static var folder: URL {
    if let path = ProcessInfo.processInfo.environment[Hang.directoryVariable], !path.isEmpty {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    return FileManager.default.temporaryDirectory
      .appending(path: "lockcheck-\(ProcessInfo.processInfo.processIdentifier)")
  }

  /// What every file system takes: letters, digits and dashes of ASCII, a hundred at the most.
  static func stem(of name: String) -> String {
    let words = name.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    let stem = String(words.joined(separator: "-").prefix(100))
    return stem.isEmpty ? "test" : stem
  }

  /// Moves a recording, as far as it goes. By copying: it is mapped, and may be on another disk.
  ///
  /// - Returns: Where it is now.
  func keep(trace file: String) throws -> String {
    try FileManager.default.createDirectory(
      at: trace.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: URL(filePath: file), to: trace)
    try FileManager.default.removeItem(atPath: file)
    return trace.path(percentEncoded: false)
  }

  /// Writes the report.
  ///
  /// - Returns: Where it is.
  func keep(text: String) throws -> String {
    try Data(text.utf8).write(to: self.text)
    return self.text.path(percentEncoded: false)
  }

  /// What is there of the two.
  var attachments: [TestAttachment] {
    [text, trace].compactMap { file in
      guard let data = try? Data(contentsOf: file) else { return nil }
      return TestAttachment(name: file.lastPathComponent, bytes: Array(data))
    }
  }
}
