import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace

/// Traces on their way out.
enum TraceOutput {
  /// What a conversion could not carry over.
  struct Leftovers {
    /// Damaged parts that were passed over.
    var losses: [TraceLoss] = []
    /// What the form cannot say, with how many of it: `12 attempts`.
    var dropped: [String] = []
  }

  /// How many events are kept in memory so that a JSON document can have its tables first; a longer
  /// trace gets them behind its events.
  private static let keptEvents = 500_000

  /// Reads all of `decoder` and writes it in another form.
  static func convert(
    _ decoder: any TraceDecoder, to form: TraceForm, packed compression: Compression,
    drop: Bool, file: OutputFile, watch: @escaping (Int) -> Void
  ) throws -> Leftovers {
    var copy = Copy(decoder, watch: watch)
    let sink = PackingSink(try compression.sink(to: OutputFileSink(file)))
    var leftovers = Leftovers()
    switch form {
    case .json:
      let isWhole = try copy.fill(to: keptEvents)
      var encoder = JSONTraceEncoder(
        sink, form: isWhole ? .document : .documentWithTablesLast, header: copy.header)
      try copy.write(to: &encoder, of: file)
    case .ndjson:
      // Rows are written once: what is said of an object later on comes too late for a longer trace.
      _ = try copy.fill(to: keptEvents)
      var encoder = JSONTraceEncoder(sink, form: .lines, header: copy.header)
      try copy.write(to: &encoder, of: file)
    case .std:
      _ = try copy.fill(to: 1)
      var encoder = try STDTraceEncoder(sink, header: copy.header, dropping: drop)
      try copy.write(to: &encoder, of: file)
      leftovers.dropped = encoder.dropped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    case .binary:
      _ = try copy.fill(to: keptEvents)
      var encoder = BinaryTraceEncoder(sink, header: copy.header)
      try copy.write(to: &encoder, of: file)
    }
    try refused { () throws(TraceCodingError) in try sink.close() }
    leftovers.losses = copy.losses
    return leftovers
  }

  /// Tells what the output refuses from what is wrong with the input.
  private static func refused(
    _ body: () throws(TraceCodingError) -> Void
  ) throws(CommandFailure) {
    do throws(TraceCodingError) { try body() } catch {
      guard error.code == .inputOutput else { throw CommandFailure(.badTrace, "\(error)") }
      throw CommandFailure(.noOutput, error.message)
    }
  }

  /// A trace between its decoder and its encoder.
  private struct Copy {
    private var decoder: any TraceDecoder
    private var tables = TraceTables()
    private var waiting: [Event] = []
    private var isAtEnd = false
    private var count = 0
    private let watch: (Int) -> Void

    init(_ decoder: any TraceDecoder, watch: @escaping (Int) -> Void) {
      self.decoder = decoder
      self.watch = watch
    }

    var header: TraceHeader { decoder.header }
    var losses: [TraceLoss] { decoder.losses }

    /// Reads on until so many events wait to be written, and the header is complete.
    ///
    /// - Returns: Whether they are all there are.
    mutating func fill(to limit: Int) throws -> Bool {
      var events: [Event] = []
      while !isAtEnd, waiting.count < limit {
        isAtEnd = try !decoder.read(into: &events, tables: &tables)
        waiting += events
        count += events.count
        watch(count)
      }
      return isAtEnd
    }

    /// Writes everything, or as much as somebody still reads.
    mutating func write(to encoder: inout some TraceEncoder, of file: OutputFile) throws {
      repeat {
        try TraceOutput.refused { () throws(TraceCodingError) in
          try encoder.write(waiting[...], tables: tables)
        }
        waiting.removeAll(keepingCapacity: true)
        if file.isAbandoned { return }
      } while try !fill(to: 1) || !waiting.isEmpty
      try TraceOutput.refused { () throws(TraceCodingError) in try encoder.finish(tables: tables) }
    }
  }
}

/// The command's output as the encoders see it.
struct OutputFileSink: ByteSink {
  private let file: OutputFile

  init(_ file: OutputFile) { self.file = file }

  func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    do throws(CommandFailure) { try file.write(bytes) } catch {
      throw TraceCodingError(.inputOutput, at: .file, error.message)
    }
  }
}

/// A sink that packs what it is given, and that its encoder and whoever closes it share.
private final class PackingSink: ByteSink {
  private var sink: any ClosableSink

  init(_ sink: any ClosableSink) { self.sink = sink }

  func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) { try sink.write(bytes) }

  func close() throws(TraceCodingError) { try sink.close() }
}
