import Foundation
import Glibc

/// The file of a program, and whether a library can be put in front of it.
struct ProgramFile {
  /// What the system starts.
  let path: String

  /// Finds a program as a shell does: by its path, or by its name in `PATH`.
  ///
  /// - Throws: A failure with the shells' 127 where there is none, and 126 where it cannot be run.
  init(_ name: String) throws(CommandFailure) {
    if name.contains("/") {
      path = name
      try Self.check(name)
      return
    }
    var refusal: CommandFailure?
    for folder in (Terminal.variable("PATH") ?? "/usr/bin:/bin")
      .split(separator: ":", omittingEmptySubsequences: false)
    {
      let candidate = (folder.isEmpty ? "." : String(folder)) + "/" + name
      do throws(CommandFailure) {
        try Self.check(candidate)
        path = candidate
        return
      } catch {
        if error.outcome == .notExecutable { refusal = refusal ?? error }
      }
    }
    throw refusal ?? CommandFailure(.noProgram, "'\(name)' is not in PATH")
  }

  private static func check(_ path: String) throws(CommandFailure) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      let problem = errno
      throw CommandFailure(
        problem == ENOENT || problem == ENOTDIR ? .noProgram : .notExecutable,
        "cannot run '\(path)': \(reason(problem))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandFailure(.notExecutable, "cannot run '\(path)': it is no file")
    }
    guard unsafe access(path, X_OK) == 0 else {
      throw CommandFailure(.notExecutable, "cannot run '\(path)': \(reason(errno))")
    }
  }

  /// Refuses a program that the library cannot be loaded into: its run would leave an empty trace.
  func checkThatItCanBeRecorded() throws(CommandFailure) {
    var path = path
    // An interpreter may be a script itself, up to a depth that the system sets.
    for _ in 0..<5 {
      try refuse(path)
      guard let interpreter = Self.interpreter(of: path) else { return }
      path = interpreter
    }
  }

  private func refuse(_ file: String) throws(CommandFailure) {
    let why: String
    if Self.hasMoreRights(file) {
      why =
        "runs with other rights than yours (setuid or the like), where no library can be preloaded"
    } else if let problem = ELFHeader(file)?.problem {
      why = problem
    } else {
      return
    }
    let subject = file == path ? "'\(file)'" : "'\(path)' is run by '\(file)', which"
    throw CommandFailure(.unavailable, "\(subject) \(why); it cannot be recorded")
  }

  /// Whether the system takes `LD_PRELOAD` away from it.
  private static func hasMoreRights(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    if status.st_mode & S_ISUID != 0, status.st_uid != getuid() { return true }
    return status.st_mode & S_ISGID != 0 && status.st_mode & S_IXGRP != 0
      && status.st_gid != getgid()
  }

  /// What a script names behind `#!`; nil of other files.
  static func interpreter(of path: String) -> String? {
    guard let bytes = FilePrefix.read(path, 256), bytes.starts(with: Array("#!".utf8)) else {
      return nil
    }
    let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let words = line.split(whereSeparator: isBlank)
    return words.first.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The beginning of a file.
enum FilePrefix {
  static func read(_ path: String, _ count: Int, at offset: UInt64 = 0) -> [UInt8]? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    do {
      try file.seek(toOffset: offset)
      return try file.read(upToCount: count).map { [UInt8]($0) }
    } catch {
      return nil
    }
  }
  /// As ``read(_:_:at:)``, of a text.
  static func text(_ path: String, _ count: Int) -> String? {
    read(path, count).map { String(decoding: $0, as: UTF8.self) }
  }
}
