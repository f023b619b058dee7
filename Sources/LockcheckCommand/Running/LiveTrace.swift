import Glibc
import LockcheckCodecs
import LockcheckCompression

/// A trace while its program runs.
enum LiveTrace {
  /// How long a thread may take to finish an event that it has begun, in microseconds.
  private static let settling: UInt32 = 100_000

  /// The trace as it is.
  static func snapshot(_ path: String) throws(TraceCodingError) -> RecordingSnapshot {
    guard let bytes = FileBytes(try InputFile(path)) else {
      throw TraceCodingError(.inputOutput, at: .file, "not a file", file: path)
    }
    return try RecordingSnapshot(of: bytes)
  }

  /// What can be told of the trace as it is now, whatever the threads are in the middle of.
  static func decoder(
    _ path: String
  ) throws(TraceCodingError) -> BinaryTraceDecoder<RecordingSnapshot> {
    let earlier = try snapshot(path)
    usleep(settling)
    var now = try snapshot(path)
    try now.end(with: earlier)
    return try BinaryTraceDecoder(now, recovering: true, file: path)
  }
}
