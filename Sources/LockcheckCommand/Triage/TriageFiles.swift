import Foundation
import LockcheckTriage

/// The files that somebody wrote about findings, read whole.
enum TriageFiles {
  /// None of them is as long.
  private static let sizeLimit = 64 << 20

  static func sanitizerSuppressions(
    _ path: String
  ) throws(CommandFailure) -> SanitizerSuppressions {
    let bytes = try contents(of: path, "the suppressions")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.badConfiguration, "\(path): expected UTF-8; found bytes that are none")
    }
    do throws(TriageFileError) { return try SanitizerSuppressions(text, file: path) } catch {
      throw CommandFailure(.badConfiguration, "\(error)")
    }
  }

  /// - Returns: Nil where there is no such file.
  static func baseline(_ path: String) throws(CommandFailure) -> Baseline? {
    if !FileManager.default.fileExists(atPath: path) { return nil }
    let bytes = try contents(of: path, "the baseline")
    do throws(TriageFileError) { return try Baseline(json: Data(bytes), file: path) } catch {
      throw CommandFailure(.badConfiguration, "\(error)")
    }
  }

  static func contents(of path: String, _ what: String) throws(CommandFailure) -> [UInt8] {
    do {
      let file = URL(filePath: path).resolvingSymlinksInPath().path
      let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
      guard size <= sizeLimit else {
        throw CommandFailure(
          .badConfiguration, "\(path): more than 64 megabytes are none of \(what)")
      }
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(
        .noInput, "cannot read \(what) in '\(path)': \(error.localizedDescription)")
    }
  }
}
