/// Files that hold what was taken out of a program or library to make it smaller: all its symbols, files
/// and lines. Distributions have them in packages of their own.
enum DebugFiles {
  /// Where distributions put them.
  static let folder = "/usr/lib/debug"

  /// The file that belongs to the module at `path`, which says so by its build ID.
  ///
  /// Looked for by build ID (`.build-id/ab/cdef….debug`), then by the name that the module has for it: beside
  /// the module, in a folder `.debug` there, and under `folder`.
  static func find(for module: ELFFile, at path: String, in folder: String = folder) -> (
    path: String, file: ELFFile
  )? {
    guard let buildID = module.buildID, buildID.utf8.count > 2 else { return nil }
    var candidates = ["\(folder)/.build-id/\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug"]
    if let link = module.debugLink, let slash = path.lastIndex(of: "/") {
      let home = path[..<slash]
      candidates += ["\(home)/\(link)", "\(home)/.debug/\(link)", "\(folder)\(home)/\(link)"]
    }
    for candidate in candidates where candidate != path {
      if let file = try? ELFFile(path: candidate), file.buildID == buildID {
        return (candidate, file)
      }
    }
    return nil
  }
}
