import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckRecorder
import LockcheckTasks
import LockcheckTriage

/// One recording into a temporary file, from before the closure runs until its report is made.
struct RecordingSession {
  private let options: RecordingOptions
  private let watch: Watch
  private let file: String
  private let recorder: Recorder
  private let failure: RecordingFailure?

  /// Makes a recorder and starts it.
  init(_ options: RecordingOptions, _ watch: Watch) {
    self.options = options
    self.watch = watch
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

  /// Runs `body` under the recorder and the watch, or just runs it where the recorder did not start.
  func record<R>(_ body: () -> R) -> R {
    guard failure == nil else { return body() }
    let run = WatchedRun(watch, file: recorder.file ?? file)
    run.begin()
    defer { run.end() }
    return WatchedRun.$current.withValue(run) { recorder.record(body) }
  }

  /// As the other, for asynchronous code.
  func record<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async -> R
  ) async -> R {
    guard failure == nil else { return await body() }
    let run = WatchedRun(watch, file: recorder.file ?? file)
    run.begin()
    defer { run.end() }
    return await WatchedRun.$current.withValue(
      run, operation: { await recorder.record(isolation: isolation, body) }, isolation: isolation)
  }

  /// Ends the recording, analyzes it and removes the file.
  func finish() -> Result<Report, RecordingFailure> {
    if let failure { return .failure(failure) }
    defer { try? FileManager.default.removeItem(atPath: file) }
    do {
      let summary = try recorder.stop()
      let decided = try options.decisions.read()
      let analysis = TraceAnalysis(
        rules: options.rules.filter { !decided.ignored.contains($0) },
        suppressions: Suppressions(options.suppressions.entries + decided.suppressions))
      var report = try analysis.report(
        on: BinaryTraceDecoder(RecordedBytes(file: summary.file), file: summary.file))
      decided.suppressByComments(&report)
      return .success(report)
    } catch let error as TriageFileError {
      return .failure(RecordingFailure(description: "\(error)"))
    } catch {
      return .failure(RecordingFailure(description: "the recording cannot be analyzed: \(error)"))
    }
  }
}
