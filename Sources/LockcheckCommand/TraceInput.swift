import Glibc
import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace

/// Traces by the names that a command line gives them.
enum TraceInput {
  /// What has to be said as the work goes on: how many events have been read.
  typealias Watcher = (Int) -> Void

  /// Reads a trace to its end.
  ///
  /// - Parameters:
  ///   - path: A file, or `-` for standard input.
  ///   - recover: Whether to read on past damage.
  ///   - body: Takes all events.
  /// - Throws: A failure with the exit code for what is wrong with the trace.
  static func reading<Value>(
    _ path: String, recover: Bool,
    _ body: (any TraceDecoder, @escaping Watcher) throws -> Value
  ) throws(CommandFailure) -> Value {
    if path != "-" { try check(path) }
    let progress = Progress(name(of: path))
    defer { progress.clear() }
    do {
      return try body(open(path, recover: recover)) { progress.update(events: $0) }
    } catch let failure as CommandFailure {
      throw failure
    } catch let error as TraceCodingError {
      throw CommandFailure(
        error.code == .noSuchFile ? .noInput : .badTrace, describe(error, path: path))
    } catch {
      throw CommandFailure(.badTrace, "\(name(of: path)): \(error)")
    }
  }

  /// The whole of a trace, in memory.
  ///
  /// - Throws: What ``reading(_:recover:_:)`` throws.
  static func wholeTrace(_ path: String, recover: Bool = false) throws(CommandFailure) -> Trace {
    try reading(path, recover: recover) { decoder, watch in
      var decoder = decoder
      var trace = Trace()
      var events: [Event] = []
      while try decoder.read(into: &events, tables: &trace.tables) {
        trace.events += events
        watch(trace.events.count)
      }
      trace.header = decoder.header
      return trace
    }
  }

  /// What a person calls the trace.
  static func name(of path: String) -> String { path == "-" ? "standard input" : path }

  private static func open(
    _ path: String, recover: Bool
  ) throws(TraceCodingError) -> any TraceDecoder {
    try TraceFile(path).decoder(recovering: recover) {
      (bytes, recovering, file) throws(TraceCodingError) -> any TraceDecoder in
      try binaryDecoder(of: bytes, recover: recovering, file: file)
    }
  }

  private static func binaryDecoder(
    of bytes: some RandomAccessBytes, recover: Bool, file: String
  ) throws(TraceCodingError) -> any TraceDecoder {
    try BinaryTraceDecoder(bytes, recovering: recover, file: file)
  }

  private static func describe(_ error: TraceCodingError, path: String) -> String {
    var error = error
    error.file = error.file ?? name(of: path)
    return "\(error)"
  }

  /// Tells a file that is not there from one that is no trace.
  private static func check(_ path: String) throws(CommandFailure) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, unsafe access(path, R_OK) == 0 else {
      throw CommandFailure(.noInput, "cannot open '\(path)': \(reason(errno))")
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw CommandFailure(.badTrace, "'\(path)' is a folder, not a trace")
    }
  }
}
