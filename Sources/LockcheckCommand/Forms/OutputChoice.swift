import ArgumentParser
import Foundation

/// Where a report goes, and in which form: `FILE` or `FORMAT=FILE`.
struct OutputChoice: ExpressibleByArgument {
  /// The form; nil where it is that of `--format`.
  let format: ReportFormat?
  /// The file; `-` is standard output.
  let path: String

  /// What stands before the first `=` is a form only if there is one of that name, so that `a=b` is a file.
  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, let format = ReportFormat(rawValue: String(parts[0])) {
      self.format = format
      path = String(parts[1])
    } else {
      format = nil
      path = argument
    }
  }

  /// What stands on standard output where nothing was said of it.
  static let standard = OutputChoice(argument: "-")

  /// Opens the file. The one that GitHub Actions shows below a job keeps what earlier steps have written.
  func open() throws(CommandFailure) -> OutputFile {
    let file = try OutputFile(path)
    let summary = Terminal.variable("GITHUB_STEP_SUMMARY") ?? ""
    if path == summary, !summary.isEmpty, let old = FileManager.default.contents(atPath: path) {
      try file.write([UInt8](old))
    }
    return file
  }
}

extension [OutputChoice] {
  /// The choices, with standard output for the form of `--format` where nothing else goes there and no
  /// file was named for it.
  var completed: [OutputChoice] {
    let isTaken = contains { $0.path == "-" || $0.format == nil }
    return isTaken ? self : [OutputChoice.standard].compactMap(\.self) + self
  }

  /// Refuses two reports for one file, and one in the place of a trace.
  func validate(traces: [String]) throws {
    if count(where: { $0.format == nil }) > 1 {
      throw ValidationError("-o FILE can be given once; -o FORMAT=FILE writes another form.")
    }
    if let unnamed = first(where: { $0.path.isEmpty }) {
      let form = unnamed.format.map { "\($0.rawValue)=" } ?? ""
      throw ValidationError("-o \(form) names no file; expected -o \(form)FILE.")
    }
    let files = map(\.path).filter { $0 != "-" }
    let identities = files.map(OutputFile.identity)
    for (place, file) in files.enumerated() {
      guard let other = identities[..<place].firstIndex(of: identities[place]) else { continue }
      let name = files[other] == file ? file : "\(file), which is \(files[other])"
      throw ValidationError("-o would write two reports to \(name).")
    }
    for file in files {
      if let trace = traces.first(where: { OutputFile.wouldReplace($0, with: file) }) {
        throw ValidationError(
          "-o \(file) would put the report in the place of the trace \(trace).")
      }
    }
  }
}
