import Foundation

extension Configuration {
  /// No configuration that a person writes is as long.
  static let sizeLimit = 1 << 20

  /// The configuration that holds in `folder`: the one there, or in the nearest folder around it.
  ///
  /// - Returns: Its path; nil where there is none.
  public static func path(from folder: String) -> String? {
    var folder = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
    while true {
      let path = folder.appending(path: fileName).path(percentEncoded: false)
      if FileManager.default.fileExists(atPath: path) { return path }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      if parent.path.count >= folder.path.count { return nil }
      folder = parent
    }
  }

  /// Reads a configuration from a file.
  ///
  /// - Parameters:
  ///   - name: What it is called in messages.
  ///   - choices: The words that may stand behind keys that choose; any where a key is not among them.
  /// - Throws: ``TriageFileError`` where it cannot be read or understood.
  public init(
    contentsOf path: String, named name: String, choices: [ConfigurationKey: [String]] = [:]
  ) throws(TriageFileError) {
    let data: Data
    do {
      let file = URL(filePath: path).resolvingSymlinksInPath()
      let values = try FileManager.default.attributesOfItem(atPath: file.path)
      guard values[.type] as? FileAttributeType == .typeRegular else {
        throw TriageFileError(file: name, "expected a file; found something else of that name")
      }
      guard values[.size] as? Int ?? 0 <= Self.sizeLimit else {
        throw TriageFileError(file: name, "expected a configuration; found more than a megabyte")
      }
      data = try Data(contentsOf: file)
    } catch let error as TriageFileError {
      throw error
    } catch {
      throw TriageFileError(file: name, "cannot be read: \(error.localizedDescription)")
    }
    try self.init(bytes: [UInt8](data), file: name, choices: choices)
  }

  /// Reads a configuration that should be UTF-8.
  ///
  /// - Throws: ``TriageFileError`` with the place of what cannot be understood.
  public init(
    bytes: [UInt8], file: String, choices: [ConfigurationKey: [String]] = [:]
  ) throws(TriageFileError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TriageFileError(
        file: file, at: .firstDamage(in: bytes), "expected UTF-8; found a byte that is none")
    }
    try self.init(text, file: file, choices: choices)
  }
}

extension TriageFileError.Place {
  /// The first byte that is not UTF-8.
  static func firstDamage(in bytes: [UInt8]) -> Self {
    // What replaces damage in the repaired text stands where the damage does.
    let repaired = String(decoding: bytes, as: UTF8.self).unicodeScalars
    var (line, column, offset) = (1, 1, 0)
    for scalar in repaired {
      let width = UTF8.width(scalar)
      if scalar == "\u{FFFD}", !bytes[offset...].starts(with: [0xEF, 0xBF, 0xBD]) { break }
      offset += width
      if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    return Self(line: line, column: column)
  }
}
