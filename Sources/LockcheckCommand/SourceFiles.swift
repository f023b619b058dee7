import Foundation
import Synchronization

/// The lines of source files, read when they are first asked for.
///
/// Files are found by the path that was recorded, from the working directory where it is relative.
/// What is not a plain file of a reasonable size is left alone: the path comes from a trace.
final class SourceFiles: Sendable {
  private let files = Mutex<[String: [Substring]]>([:])
  private static let sizeLimit = 8 << 20
  private let areQuoted: Bool

  /// - Parameter areQuoted: Whether there are any lines: not in what is to be shared.
  init(areQuoted: Bool = true) { self.areQuoted = areQuoted }

  /// One line, from 1; nil where the file or the line is not there.
  func line(_ number: Int, of path: String) -> String? {
    guard areQuoted else { return nil }
    return files.withLock { files in
      let lines = files[path] ?? Self.lines(of: path)
      files[path] = lines
      return lines.indices.contains(number - 1) ? String(lines[number - 1]) : nil
    }
  }

  private static func lines(of path: String) -> [Substring] {
    guard path.hasSuffix(".swift") || path.contains("."),
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let size = attributes[.size] as? Int, size <= sizeLimit,
      let text = try? String(contentsOfFile: path, encoding: .utf8)
    else { return [] }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }
}
