import LockcheckCodecs
import LockcheckTrace

/// Everything that a decoder gave, and what it threw in the end.
struct Reading: Equatable {
  var trace = Trace()
  var error: TraceCodingError?
  var losses: [TraceLoss] = []

  /// What tells two readings apart in a message.
  var summary: String {
    let tables = trace.tables
    let lost = losses.map { "\($0.error), \($0.bytes ?? 0) bytes" }
    return """
      \(trace.events.count) events, \(tables.threads.count) threads, \(tables.objects.count) objects, \
      \(tables.stacks.count) stacks, \(error?.description ?? "no error"), lost: \(lost)
      """
  }

  /// Reads to the end.
  init(_ decoder: some TraceDecoder) {
    var decoder = decoder
    var batch: [Event] = []
    do {
      while try decoder.read(into: &batch, tables: &trace.tables) { trace.events += batch }
    } catch {
      self.error = error as? TraceCodingError
      trace.events += batch
    }
    trace.header = decoder.header
    losses = decoder.losses
  }

  /// Reads a text of the given form.
  init(
    _ bytes: [UInt8], _ format: TraceFormat, portion: Int = .max, recovering: Bool = false,
    canRewind: Bool = true
  ) {
    let source: any ByteSource =
      canRewind ? MemoryBytes(bytes, portion: portion) : Pipe(bytes, portion: portion)
    switch format {
    case .ndjson: self.init(NDJSONTraceDecoder(source, recovering: recovering))
    case .std: self.init(STDTraceDecoder(source, recovering: recovering))
    default: self.init(JSONTraceDecoder(source, recovering: recovering))
    }
  }

  init(_ text: String, _ format: TraceFormat = .json, recovering: Bool = false) {
    self.init(Array(text.utf8), format, recovering: recovering)
  }

  /// Reads hand-written events of a JSON document.
  init(events: String) {
    self.init("{\"format\": \"lockcheck-trace\", \"version\": 1, \"events\": [\(events)]}")
  }
}

/// Bytes that can be read once.
struct Pipe: ByteSource {
  private var bytes: MemoryBytes

  init(_ bytes: [UInt8], portion: Int = .max) {
    self.bytes = MemoryBytes(bytes, portion: portion)
  }

  mutating func read(into buffer: inout [UInt8]) -> Int { bytes.read(into: &buffer) }

  mutating func rewind() -> Bool { false }
}

/// Writes a trace as JSON or lines.
func json(_ trace: Trace, _ form: JSONTraceEncoder.Form = .document) throws -> [UInt8] {
  let sink = MemorySink()
  var encoder = JSONTraceEncoder(sink, form: form, header: trace.header)
  try encoder.write(trace.events[...], tables: trace.tables)
  try encoder.finish(tables: trace.tables)
  return sink.bytes
}

/// Writes a trace as STD, and says what was dropped.
func std(_ trace: Trace, dropping: Bool = false) throws -> (text: String, dropped: [String: Int]) {
  let sink = MemorySink()
  var encoder = try STDTraceEncoder(sink, header: trace.header, dropping: dropping)
  try encoder.write(trace.events[...], tables: trace.tables)
  try encoder.finish(tables: trace.tables)
  return (String(decoding: sink.bytes, as: UTF8.self), encoder.dropped)
}

/// The same numbers for the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
