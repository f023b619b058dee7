import Foundation
import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace
import Testing

/// Runs with a folder of its own.
private func inFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

private func packed(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
  let memory = MemorySink()
  var sink = try compression.sink(to: memory)
  try sink.write(bytes)
  try sink.close()
  return memory.bytes
}

private let lines = Array(
  ("T0|fork(7)|0\n" + (0..<20_000).map { "T7|w(x\($0 % 9))|\($0)\n" }.joined()).utf8)

@Suite struct `A trace in a file` {
  @Test(arguments: Compression.allCases)
  func `is unpacked, in several pieces too`(compression: Compression) throws {
    try inFolder { folder in
      let path = folder.appending(path: "misleading.json").path
      let half = lines.firstIndex(of: 0x0A)! + 1
      let pieces =
        try packed(Array(lines[..<half]), compression) + packed(Array(lines[half...]), compression)
      for bytes in [try packed(lines, compression), pieces] {
        try Data(bytes).write(to: URL(filePath: path))
        let file = try TraceFile(path)
        #expect(file.format == .std)
        #expect(file.compression == compression)
        let reading = reading(path)
        #expect(reading.error == nil)
        #expect(reading.trace.events.count == 20_001)
        #expect(reading.trace.tables.threads.map(\.name) == ["T0", "T7"])
      }
    }
  }

  @Test(arguments: [Compression.gzip, .zstd])
  func `that was cut or damaged is refused, or read up to there`(compression: Compression) throws {
    try inFolder { folder in
      let path = folder.appending(path: "x").path
      let bytes = try packed(lines, compression)
      try Data(bytes[..<(bytes.count - 4)]).write(to: URL(filePath: path))
      #expect(reading(path).error?.code == .truncated)
      let recovered = reading(path, recovering: true)
      #expect(recovered.error == nil)
      #expect(!recovered.losses.isEmpty)
      var damaged = bytes
      damaged[bytes.count / 2] ^= 0x55
      try Data(damaged).write(to: URL(filePath: path))
      #expect(reading(path).error != nil)
    }
  }

  @Test func `is recognised by its content`() throws {
    let header = "{\"format\": \"lockcheck-trace\", \"version\": 1}"
    func form(_ text: String, _ name: String? = nil) throws -> TraceFormat {
      try TraceFormat(recognizing: Array(text.utf8), isWhole: true, pathExtension: name)
    }
    #expect(try form(header + "\n{\"type\": \"event\"}") == .ndjson)
    #expect(try form(header, "ndjson") == .ndjson)
    #expect(try form(header, "json") == .json)
    #expect(try form("{\"events\": []}\n\n", "ndjson") == .json)
    #expect(try form("\u{FEFF}\n T0|acq(L)|1") == .std)
    #expect(try form("LCTRACE\u{1}...") == .binary)
    #expect(throws: TraceCodingError.self) { try form("hello | world") }
    #expect(throws: TraceCodingError.self) { try form("[]") }
    #expect(TraceFile.extensions(of: "a.b/x.NDJSON.gz").form == "NDJSON")
    #expect(TraceFile.extensions(of: "a.b/x").form == nil)
    #expect(TraceFormat(pathExtension: "NDJSON") == .ndjson)
    #expect(TraceFormat(pathExtension: "txt") == nil)
  }
}
