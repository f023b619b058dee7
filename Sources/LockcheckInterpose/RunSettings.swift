import CLockcheckInterpose
import CLockcheckShims
import Glibc
import LockcheckRecorder

/// What `lockcheck run` asks for: `key=value`, separated by line feeds or unit separators.
struct RunSettings: Equatable {
  /// The file of the first trace; `%p` stands for the number of the process.
  var trace = RecorderConfiguration().file
  /// Where every process says which file it records into; nil where nobody wants to know.
  var index: String?
  /// Whether what the program starts is recorded as well.
  var followsChildren = false
  /// The bytes that a trace may not exceed.
  var sizeLimit: UInt64?
  /// What is kept where it would.
  var keeps = RecorderConfiguration.Kept.oldest

  init(_ text: String) {
    for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x1F }) {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = String(decoding: line[line.index(after: equals)...], as: UTF8.self)
      switch String(decoding: line[..<equals], as: UTF8.self) {
      case "trace": trace = value
      case "index": index = value
      case "follow": followsChildren = value == "1"
      case "limit": sizeLimit = UInt64(value)
      case "keep": keeps = RecorderConfiguration.Kept(rawValue: value) ?? .oldest
      default: break
      }
    }
  }

  /// What `lockcheck run` asks this process for; nil where it was started in another way.
  static var ofProcess: RunSettings? {
    guard let text = unsafe lc_run_settings() else { return nil }
    return unsafe RunSettings(String(cString: text))
  }
}

extension RunSettings {
  /// The file that this process is to record into: the first of a run gets the one that was asked for,
  /// those that follow one beside it with their number in its name, and the same process under another
  /// program one more. Nil where it cannot be made known: then nobody would read it.
  func claimFile(isChild: Bool) -> String? {
    let process = "\(getpid())"
    guard let index else { return expanded(process) }
    let list = unsafe lc_open_above_standard(index, O_WRONLY | O_APPEND)
    guard list >= 0 else { return nil }
    defer { close(list) }
    var status = stat()
    let isFirst = unsafe fstat(list, &status) == 0 && status.st_size == 0 && !isChild
    let file = isFirst ? expanded(process) : unused(process)
    var line = "\(process) \(file)\n"
    guard Self.mayGrow(to: Int(status.st_size) + line.utf8.count) else { return nil }
    let isWritten = line.withUTF8 { bytes in
      unsafe write(list, bytes.baseAddress, bytes.count) == bytes.count
    }
    return isWritten ? file : nil
  }

  /// Whether files may be so large: a larger one would cost the process its life.
  private static func mayGrow(to size: Int) -> Bool {
    var limit = rlimit()
    return unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) != 0
      || limit.rlim_cur >= UInt64(size)
  }

  private func expanded(_ process: String) -> String {
    let parts = trace.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
    var path = String(decoding: parts[0], as: UTF8.self)
    for part in parts.dropFirst() {
      let text = String(decoding: part, as: UTF8.self)
      path += text.utf8.first == UInt8(ascii: "p") ? process + text.dropFirst() : "%" + text
    }
    return path
  }

  /// A name that no file has, with the number of the process in it.
  private func unused(_ process: String) -> String {
    var path = expanded(process)
    if path == trace { path = Self.inserting(process, into: trace, after: ".") }
    if Self.isFree(path) { return path }
    var number = 2
    while !Self.isFree(Self.inserting("\(number)", into: path, after: "-")), number < 10_000 {
      number += 1
    }
    return Self.inserting("\(number)", into: path, after: "-")
  }

  private static func isFree(_ path: String) -> Bool { unsafe access(path, F_OK) != 0 }

  /// The path with a word before its ending: `run.4711.lctrace`.
  private static func inserting(_ word: String, into path: String, after mark: String) -> String {
    let bytes = Array(path.utf8)
    let name = (bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    let dot = bytes[name...].lastIndex(of: UInt8(ascii: ".")) ?? bytes.count
    return String(decoding: bytes[..<dot], as: UTF8.self) + mark + word
      + String(decoding: bytes[dot...], as: UTF8.self)
  }
}
