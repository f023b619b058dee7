import Foundation
import Glibc
import LockcheckCodecs
import LockcheckCompression

/// The traces of a run: where they are recorded, and what becomes of them.
struct RunTraces {
  /// A process that recorded, or what it was before it went on as another program.
  struct Recorded: Hashable {
    let process: pid_t
    let path: String
  }

  /// What the command line asks for; nil where traces are only kept if there is something to tell.
  let wanted: String?
  /// Where the first is recorded: at the place that is asked for, or beside it if it gets another form.
  private let recording: String
  private let folder: TemporaryFolder
  private var index: String { folder.path + "/index" }
  private static let mark = ".recording.lctrace"

  /// - Throws: A failure where the trace cannot be written there.
  init(_ wanted: String?, program: String) throws(CommandFailure) {
    folder = try TemporaryFolder()
    self.wanted = wanted
    let name = String(program.split(separator: "/").last ?? "program")
    let isPlain = wanted.map { Self.form(of: $0) == .binary && !Self.isPacked($0) } ?? true
    if wanted == nil, folder.path.contains("%p") {
      folder.remove()
      throw CommandFailure(
        .noOutput, "cannot record in '\(folder.path)': %p stands for the number of a process there")
    }
    let place = wanted ?? folder.path + "/" + name.replacing("%", with: "_") + ".lctrace"
    recording = Self.absolute(isPlain ? place : place + Self.mark)
    try Self.make(index)
    if !recording.contains("%p") { try Self.make(recording) }
    if recording.contains(where: \.isNewline) {
      throw CommandFailure(.noOutput, "the name of the trace has a line break in it")
    }
  }

  /// What the library is told.
  func settings(followsChildren: Bool, sizeLimit: UInt64?, keeps: KeptEvents?) -> String {
    var lines = ["trace=\(recording)", "index=\(index)"]
    if followsChildren { lines.append("follow=1") }
    if let sizeLimit { lines.append("limit=\(sizeLimit)") }
    if let keeps { lines.append("keep=\(keeps.rawValue)") }
    return lines.joined(separator: "\n")
  }

  /// What has begun to record so far, in that order.
  var recorded: [Recorded] {
    guard let text = try? String(contentsOfFile: index, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { line in
      guard let blank = line.firstIndex(of: " "), let process = pid_t(line[..<blank]) else {
        return nil
      }
      return Recorded(process: process, path: String(line[line.index(after: blank)...]))
    }
  }

  /// Takes away what is left of a run that did not come about.
  func discard() {
    for one in recorded { unsafe unlink(one.path) }
    // Made to see whether it can be, and never written to.
    var status = stat()
    if unsafe stat(recording, &status) == 0, status.st_size == 0 { unsafe unlink(recording) }
    folder.remove()
  }

  private static func form(of path: String) -> TraceForm { TraceForm(fileName: path) ?? .binary }

  private static func isPacked(_ path: String) -> Bool {
    TraceFile.extensions(of: path).compression != .none
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private static func make(_ path: String) throws(CommandFailure) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o644)
    guard file >= 0 else {
      throw CommandFailure(.noOutput, "cannot write '\(path)': \(reason(errno))")
    }
    close(file)
  }
}

extension RunTraces {
  /// Leaves those that are worth keeping where they belong, and removes the others.
  ///
  /// - Parameter isTelling: Whether there is something to read in a trace.
  /// - Returns: Where the kept ones are, in the order of ``recorded``.
  func settle(_ isTelling: (Recorded) -> Bool) throws(CommandFailure) -> [String] {
    let all = recorded
    var kept = all.filter(isTelling)
    if kept.isEmpty, wanted != nil { kept = Array(all.prefix(1)) }
    for one in all where !kept.contains(one) { unsafe unlink(one.path) }
    if wanted != nil, all.isEmpty { unsafe unlink(recording) }
    var places: [String] = []
    // A single one has the very name that was asked for, also when it came from a later program.
    let isAlone = kept.count == 1 && !recording.contains("%p")
    for one in kept {
      var path = one.path
      if isAlone, path != recording, unsafe rename(path, recording) == 0 { path = recording }
      places.append(try converted(path))
    }
    unsafe unlink(index)
    // Not empty where traces are kept in it.
    unsafe rmdir(folder.path)
    return places
  }

  /// Brings a recording into the form that was asked for.
  private func converted(_ path: String) throws(CommandFailure) -> String {
    guard let wanted, let mark = path.range(of: ".recording", options: .backwards) else {
      return path
    }
    let compression = TraceFile.extensions(of: wanted).compression
    // `run.json.zst.recording.4711.lctrace` becomes `run.4711.json.zst`.
    let number = path[mark.upperBound...].dropLast(".lctrace".count)
    let target = Self.inserting(String(number), into: String(path[..<mark.lowerBound]))
    let file = try OutputFile(target)
    let form = Self.form(of: wanted)
    if form == .binary {
      try Self.pack(path, compression, into: file)
    } else {
      _ = try TraceInput.reading(path, recover: true) { decoder, watch in
        try TraceOutput.convert(
          decoder, to: form, packed: compression, drop: true, file: file, watch: watch)
      }
    }
    try file.commit()
    unsafe unlink(path)
    return target
  }

  /// Puts the number of a process in front of the ending of a file name.
  private static func inserting(_ number: String, into path: String) -> String {
    guard !number.isEmpty else { return path }
    let name = (path.lastIndex(of: "/").map { path.index(after: $0) }) ?? path.startIndex
    let dot = path[name...].firstIndex(of: ".") ?? path.endIndex
    return path[..<dot] + number + path[dot...]
  }

  private static func pack(
    _ path: String, _ compression: Compression, into file: OutputFile
  ) throws(CommandFailure) {
    do {
      var source = FileSource(try InputFile(path))
      var sink = try compression.sink(to: OutputFileSink(file))
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while case let count = try source.read(into: &buffer), count > 0 {
        try sink.write(count == buffer.count ? buffer : Array(buffer[..<count]))
      }
      try sink.close()
    } catch {
      throw CommandFailure(.noOutput, "cannot pack '\(path)': \(error)")
    }
  }
}
