import LockcheckCodecs
import LockcheckTrace

/// Traces on their way out.
enum TraceOutput {
  static func convert(
    _ decoder: any TraceDecoder, to form: TraceForm, drop: Bool, sink: FileSink,
    watch: (Int) -> Void
  ) throws -> (losses: [TraceLoss], dropped: [String]) {
    throw CommandFailure(.badTrace, "no encoder yet")
  }
}

/// A file as the encoders see it.
struct FileSink: ByteSink {
  private let file: OutputFile

  init(_ file: OutputFile) { self.file = file }

  func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    do throws(CommandFailure) { try file.write(bytes) } catch {
      throw TraceCodingError(.inputOutput, at: .file, error.message)
    }
  }

  func commit() throws(CommandFailure) { try file.commit() }
}
