import LockcheckFindings
import LockcheckTrace

/// A line of a source file, by the path that other tools know the file by.
struct SourcePlace: Hashable {
  /// From the root of the sources where it is in there; as it was recorded otherwise.
  var path: String
  /// From 1; 1 where only the file is known.
  var line: Int
  /// The function, where it is known.
  var function: String?
  /// The path as it was recorded.
  var recordedPath: String

  /// - Parameter root: The folder, with a slash at its end, from which paths inside it are told.
  /// - Returns: Nil where the frame names no file.
  init?(_ frame: Frame, root: String) {
    guard let file = frame.file, !file.isEmpty, !file.hasPrefix("<") else { return nil }
    path = file.path(from: root)
    line = max(1, frame.line ?? 1)
    function = frame.function
    recordedPath = file
  }
}

extension TraceTables {
  /// The innermost place of a stack that is the program's own and in a file.
  func place(of stack: StackID, root: String) -> SourcePlace? {
    for frame in frames(of: stack).telling where !frame.isForeign {
      if let place = SourcePlace(frame, root: root) { return place }
    }
    return nil
  }
}

extension String {
  /// A path as it is told: from `root` where it is in there, and without `./` in front.
  func path(from root: String) -> String {
    var path = !root.isEmpty && hasPrefix(root) ? dropFirst(root.count) : self[...]
    while path.hasPrefix("./") { path = path.dropFirst(2) }
    return path.isEmpty ? self : String(path)
  }
}

extension Report {
  /// The program that ran, where a form wants a file and a finding names none.
  var program: String { header.process?.executable?.lastPathComponent ?? "unknown" }
}
