import Foundation
import LockcheckCodecs

/// The bytes of a recording, read from its file piece by piece.
struct RecordedBytes: RandomAccessBytes {
  let count: UInt64
  private let handle: FileHandle

  init(file: String) throws {
    handle = try FileHandle(forReadingFrom: URL(filePath: file))
    count = try handle.seekToEnd()
  }

  func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    do {
      try handle.seek(toOffset: offset)
      let data = try handle.read(upToCount: buffer.count) ?? Data()
      buffer.replaceSubrange(..<data.count, with: data)
      return data.count
    } catch {
      throw TraceCodingError(.inputOutput, at: .offset(offset), "\(error)")
    }
  }
}
