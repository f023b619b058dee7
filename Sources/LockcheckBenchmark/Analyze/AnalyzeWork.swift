import ArgumentParser
import LockcheckAnalysis
import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace

/// The part of `analyze` that runs in a process of its own, for the sake of its peak of memory.
struct AnalyzeWork: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "analyze-work", shouldDisplay: false)

  @Argument var file: String
  @Flag var decodeOnly = false

  func run() throws {
    let start = Machine.processTime
    var decoder = try TraceReading.decoder(of: file)
    let count = decodeOnly ? try Self.decode(&decoder) : try Self.analyze(&decoder)
    let nanoseconds = Machine.processTime - start
    Machine.say("\(count)\t\(nanoseconds)\t\(Machine.peakMemory)\n")
  }

  private static func decode(_ decoder: inout some TraceDecoder) throws -> Int {
    var count = 0
    var events: [Event] = []
    var tables = TraceTables()
    while try decoder.read(into: &events, tables: &tables) { count += events.count }
    return count
  }

  private static func analyze(_ decoder: inout some TraceDecoder) throws -> Int {
    var analyzer = Analyzer()
    try analyzer.analyze(&decoder)
    return analyzer.finish().eventCount
  }
}

/// Traces of any form, by the name of their file.
enum TraceReading {
  static func decoder(of path: String) throws(TraceCodingError) -> any TraceDecoder {
    try TraceFile(path).decoder {
      (bytes, recovering, file) throws(TraceCodingError) -> any TraceDecoder in
      try binaryDecoder(bytes, recovering, file)
    }
  }

  private static func binaryDecoder(
    _ bytes: some RandomAccessBytes, _ recovering: Bool, _ file: String
  ) throws(TraceCodingError) -> any TraceDecoder {
    try BinaryTraceDecoder(bytes, recovering: recovering, file: file)
  }
}
