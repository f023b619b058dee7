import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckRecorder

/// One recording into a temporary file, from before the closure runs until its report is made.
struct RecordingSession {
  private let options: RecordingOptions
  private let file: String
  private let recorder: Recorder
  private let failure: RecordingFailure?

  /// Makes a recorder and starts it.
  init(_ options: RecordingOptions) {
    self.options = options
    file = FileManager.default.temporaryDirectory
      .appending(path: "lockcheck-\(UUID().uuidString).lctrace").path(percentEncoded: false)
    var configuration = options.recorder
    configuration.file = file
    recorder = Recorder(configuration: configuration)
    do {
      try recorder.start()
      failure = nil
    } catch {
      failure = RecordingFailure(description: "nothing could be recorded: \(error)")
    }
  }

  /// Runs `body` under the recorder, or just runs it where the recorder did not start.
  func record<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    failure == nil ? try recorder.record(body) : try body()
  }

  /// As the other, for asynchronous code.
  func record<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async -> R
  ) async -> R {
    failure == nil ? await recorder.record(body) : await body()
  }

  /// Ends the recording, analyzes it and removes the file.
  func finish() -> Result<Report, RecordingFailure> {
    if let failure { return .failure(failure) }
    defer { try? FileManager.default.removeItem(atPath: file) }
    do {
      let summary = try recorder.stop()
      let analysis = TraceAnalysis(rules: options.rules, suppressions: options.suppressions)
      let report = try analysis.report(
        on: BinaryTraceDecoder(RecordedBytes(file: summary.file), file: summary.file))
      return .success(report)
    } catch {
      return .failure(RecordingFailure(description: "the recording cannot be analyzed: \(error)"))
    }
  }
}
