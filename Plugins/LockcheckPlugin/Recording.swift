import Foundation

/// Runs of the tests of which traces are kept.
struct Recording {
  /// Where the traces are; those of the last time give way.
  let folder: URL
  let way: Way

  /// What is recorded.
  enum Way {
    /// lockcheck's own locks, threads and variables, by the program itself.
    case primitives
    /// The locks and threads of the C library, by a library in front of it, which stands back where the
    /// program uses lockcheck's own.
    case asItIs(command: URL, library: URL)
  }

  /// Runs the tests.
  ///
  /// - Returns: Whether all went well.
  func run(_ tests: TestProgram, filters: [String]) throws -> Bool {
    let files = FileManager.default
    try? files.removeItem(at: folder)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    var passed = true
    for pass in try tests.passes(filters: filters) {
      if !pass.isGood(try run(pass, of: tests)) { passed = false }
    }
    return passed
  }

  private func run(_ pass: TestProgram.Pass, of tests: TestProgram) throws -> Int32 {
    let trace = folder.appending(path: "\(pass.library)-%p.lctrace").path(percentEncoded: false)
    switch way {
    case .primitives:
      return try Program(file: tests.file, folder: tests.folder).run(
        pass.arguments, environment: ["LOCKCHECK": "record", "LOCKCHECK_TRACE": trace])
    case .asItIs(let command, let library):
      let words =
        ["run", "--no-analyze", "--trace", trace]
        + ["--library", library.path(percentEncoded: false), "--"]
        + [tests.file.path(percentEncoded: false)] + pass.arguments
      return try Program(file: command, folder: tests.folder).run(words)
    }
  }

  /// What was recorded, in the order of the names.
  func traces() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "lctrace" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
