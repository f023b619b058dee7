import Glibc
import LockcheckCodecs
import LockcheckCompression

/// A trace while its program runs.
enum LiveTrace {
  /// How long a thread may take to finish an event that it has begun, in microseconds.
  ///
  /// Shorter ones for a trace that keeps so few of the newest events that all are new by then.
  private static let settling: [UInt32] = [100_000, 10_000, 1000, 0]

  private static func bytes(_ path: String) throws(TraceCodingError) -> FileBytes {
    guard let bytes = FileBytes(try InputFile(path)) else {
      throw TraceCodingError(.inputOutput, at: .file, "not a file", file: path)
    }
    return bytes
  }

  /// How much has been recorded: the same as long as nothing is.
  static func committed(_ path: String) throws(TraceCodingError) -> UInt64 {
    try RecordingSnapshot.committed(in: try bytes(path))
  }

  /// The trace as it is.
  private static func snapshot(_ path: String) throws(TraceCodingError) -> RecordingSnapshot {
    try RecordingSnapshot(of: try bytes(path))
  }

  /// What can be told of the trace as it is now, whatever the threads are in the middle of.
  static func decoder(
    _ path: String
  ) throws(TraceCodingError) -> BinaryTraceDecoder<RecordingSnapshot> {
    var earlier = try snapshot(path)
    var now = earlier
    for settling in settling {
      usleep(settling)
      now = try snapshot(path)
      if try now.reachesBack(to: earlier) { break }
      earlier = now
    }
    try now.end(with: earlier)
    return try BinaryTraceDecoder(now, recovering: true, file: path)
  }
}
