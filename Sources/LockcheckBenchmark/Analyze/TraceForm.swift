import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace

/// A form in which a made-up trace is kept, and how it is packed.
enum TraceForm: String, CaseIterable {
  case binary
  case json
  case ndjson
  case std
  case jsonGzip = "json.gz"

  /// The name of a file in this form.
  var fileName: String { "trace" + suffix }

  /// How such a name ends.
  var suffix: String { self == .binary ? ".lctrace" : ".\(rawValue)" }

  /// Writes all that `run` has to the file at `path`.
  func write(_ run: some EventSource, to path: String) throws {
    var run = run
    var events: [Event] = []
    var tables = TraceTables()
    var hasMore = try run.read(into: &events, tables: &tables)
    let compression: Compression = self == .jsonGzip ? .gzip : .none
    let sink = SharedSink(try compression.sink(to: FileSink(path)))
    var encoder: any TraceEncoder =
      switch self {
      case .binary: BinaryTraceEncoder(sink, header: run.header)
      case .json, .jsonGzip: JSONTraceEncoder(sink, form: .document, header: run.header)
      case .ndjson: JSONTraceEncoder(sink, form: .lines, header: run.header)
      case .std: try STDTraceEncoder(sink, header: run.header, dropping: true)
      }
    while hasMore {
      try encoder.write(events[...], tables: tables)
      hasMore = try run.read(into: &events, tables: &tables)
    }
    try encoder.finish(tables: tables)
    try sink.close()
  }
}

/// A sink that can still be closed when an encoder has it.
private final class SharedSink: ByteSink {
  private var sink: any ClosableSink

  init(_ sink: any ClosableSink) { self.sink = sink }

  func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) { try sink.write(bytes) }

  func close() throws(TraceCodingError) { try sink.close() }
}
