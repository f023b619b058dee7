import Foundation
import LockcheckCodecs
import LockcheckTrace
import Testing

@Suite struct `A damaged binary trace` {
  static let sequence: [UInt8] = (try? encodeBinary(randomBinaryTrace(3, events: 40_000))) ?? []

  static let recording: [UInt8] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/versions/binary-recording-1.lctrace")
    return (try? Data(contentsOf: file)).map { [UInt8]($0) } ?? []
  }()

  /// Reads to the end, whatever comes of it.
  func outcome(_ bytes: [UInt8], recovering: Bool) -> (events: Int, isWrong: Bool) {
    do {
      let (trace, losses) = try decodeBinary(bytes, recovering: recovering)
      return (trace.events.count, !losses.isEmpty)
    } catch {
      #expect(error is TraceCodingError)
      return (0, true)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `never ends the reader, wherever bytes are changed`(seed: UInt64) {
    var random = BinarySeed(seed)
    for source in [Self.sequence, Self.recording] {
      for _ in 0..<25 {
        var bytes = source
        for _ in 0..<Int.random(in: 1..<6, using: &random) {
          // Half of the changes hit headers and tables, where the most can go wrong.
          let range = Bool.random(using: &random) ? 0..<min(8192, bytes.count) : 0..<bytes.count
          let at = Int.random(in: range, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes[at] = 0xFF
          case 2: bytes.removeSubrange(at..<min(bytes.count, at + 7))
          default: bytes.removeSubrange(at...)
          }
          if bytes.isEmpty { bytes = [0] }
        }
        _ = outcome(bytes, recovering: false)
        _ = outcome(bytes, recovering: true)
      }
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `is told from a whole one, where the change means anything`(seed: UInt64) throws {
    var random = BinarySeed(seed &+ 1000)
    let whole = try decodeBinary(Self.sequence).trace
    var bytes = Self.sequence
    let at = Int.random(in: 0..<bytes.count, using: &random)
    bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    if let (trace, losses) = try? decodeBinary(bytes) {
      // Padding, the unused parts of headers, and times of a header that a sequence has no use for.
      #expect(losses.isEmpty)
      #expect(trace == whole)
    }
  }

  @Test func `is an error with its place, or a loss and what stands around it`() throws {
    let whole = try decodeBinary(Self.sequence).trace
    var bytes = Self.sequence
    let middle = bytes.count / 2
    for index in middle..<middle + 16 { bytes[index] ^= 0x55 }
    #expect {
      try decodeBinary(bytes)
    } throws: {
      guard let error = $0 as? TraceCodingError, case .offset(let place) = error.place else {
        return false
      }
      return error.code == .checksum && place <= UInt64(middle)
    }
    let (trace, losses) = try decodeBinary(bytes, recovering: true)
    #expect(!losses.isEmpty)
    #expect(trace.events.count < whole.events.count)
    #expect(trace.events.count + (losses.compactMap(\.events).reduce(0, +)) == whole.events.count)
    #expect(trace.events.first == whole.events.first && trace.events.last == whole.events.last)
  }

  @Test(arguments: [0, 1, 7, 8, 100, 4095, 4096, 5000])
  func `that was cut is an error`(length: Int) {
    #expect(throws: TraceCodingError.self) { try decodeBinary(Array(Self.sequence.prefix(length))) }
    #expect(throws: TraceCodingError.self) {
      try decodeBinary(Array(Self.recording.prefix(length)))
    }
  }

  @Test func `of a later version says so`() {
    var bytes = Self.sequence
    bytes[7] = 2
    #expect {
      try decodeBinary(bytes)
    } throws: {
      ($0 as? TraceCodingError)?.code == .unsupportedVersion
    }
  }

  @Test func `of another form is refused`() {
    #expect {
      try decodeBinary(Array("{\"format\": \"lockcheck-trace\"}".utf8))
    } throws: {
      ($0 as? TraceCodingError)?.code == .unknownFormat
    }
  }
}
