import Foundation
import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace
import Testing

/// `Fixtures/malformed`: traces that have to be refused, each with its error beside it. Renewed with
/// `LOCKCHECK_UPDATE=1`.
private let folder = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "Fixtures/malformed")

private let cases = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
  .filter { !$0.hasSuffix(".expected") && !$0.hasSuffix(".md") && !$0.hasSuffix(".lct") }.sorted()

/// Opens a file and reads it to its end.
func reading(_ path: String, recovering: Bool = false) -> Reading {
  do throws(TraceCodingError) {
    let file = try TraceFile(path)
    return Reading(
      try file.decoder(recovering: recovering) {
        (_, _, _) throws(TraceCodingError) in
        throw TraceCodingError(.unknownFormat, at: .file, "the binary form is tested elsewhere")
      })
  } catch {
    var reading = Reading(MemoryDecoder())
    reading.error = error
    return reading
  }
}

/// Nothing at all.
private struct MemoryDecoder: TraceDecoder {
  var header = TraceHeader()
  var losses: [TraceLoss] = []
  let hasGap = false

  mutating func read(
    into events: inout [Event], tables: inout TraceTables
  ) throws(TraceCodingError) -> Bool { false }
}

@Suite struct `A malformed trace` {
  @Test(arguments: cases)
  func `is refused with the error beside it`(name: String) throws {
    let reading = reading(folder.appending(path: name).path)
    var error = try #require(reading.error, "\(name) was not refused")
    error.file = error.file.map { URL(filePath: $0).lastPathComponent }
    let expected = folder.appending(path: name + ".expected")
    if ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1" {
      try (error.description + "\n").write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(error.description + "\n" == (try String(contentsOf: expected, encoding: .utf8)))
  }

  @Test func `has thirty cases and more`() { #expect(cases.count >= 30) }

  @Test(arguments: cases)
  func `gives the same error however it is cut into pieces`(name: String) throws {
    let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
    for format in [TraceFormat.json, .ndjson, .std] {
      for recovering in [false, true] {
        let whole = Reading(bytes, format, recovering: recovering)
        for portion in 1...7 {
          let pieces = Reading(bytes, format, portion: portion, recovering: recovering)
          #expect(pieces == whole, "\(name) as \(format) by \(portion)")
        }
      }
    }
  }

  @Test func `does not exist, is a folder`() {
    #expect(reading("/nowhere/at all").error?.code == .noSuchFile)
    #expect(reading(folder.path).error?.code == .inputOutput)
  }
}
