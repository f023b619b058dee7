import Foundation
import Glibc

/// The library that is loaded before a program.
enum RuntimeLibrary {
  private static let name = "libLockcheckRuntime.so"

  /// Its path, from the root.
  ///
  /// - Parameter wanted: Where the command line says that it is.
  /// - Throws: A failure that says where it was looked for, and how it is built.
  static func find(_ wanted: String?) throws(CommandFailure) -> String {
    if let path = wanted ?? Terminal.variable("LOCKCHECK_LIBRARY"), !path.isEmpty {
      guard unsafe access(path, R_OK) == 0 else {
        throw CommandFailure(.unavailable, "cannot read the library '\(path)': \(reason(errno))")
      }
      return try preloadable(URL(filePath: path).standardizedFileURL.path)
    }
    let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let folder = own.deletingLastPathComponent()
    let places = ["", "../lib/", "../lib/lockcheck/"].map {
      folder.appending(path: $0 + name).standardizedFileURL.path
    }
    guard let path = places.first(where: { unsafe access($0, R_OK) == 0 }) else {
      throw CommandFailure(
        .unavailable,
        "there is no \(name) at \(places.joined(separator: ", "));\n"
          + "  'swift build --product LockcheckRuntime' in lockcheck's own folder builds it beside the "
          + "command, and LOCKCHECK_LIBRARY or --library says where else it is")
    }
    return try preloadable(path)
  }

  /// `LD_PRELOAD` has no way to write these.
  private static func preloadable(_ path: String) throws(CommandFailure) -> String {
    guard !path.contains(where: { $0 == ":" || $0.isWhitespace }) else {
      throw CommandFailure(
        .unavailable,
        "the system cannot preload '\(path)', for the colon or blank in its name; "
          + "LOCKCHECK_LIBRARY can name a link to it")
    }
    return path
  }
}
