public import LockcheckFindings
public import LockcheckRecorder

/// What is recorded of a closure, and what is looked for in it.
public struct RecordingOptions: Sendable {
  /// How it is recorded. The file is a temporary one in any case.
  public var recorder: RecorderConfiguration
  /// The rules that are looked for.
  public var rules: [Rule]
  /// What somebody has decided to live with.
  public var suppressions: Suppressions

  /// Makes options: everything that goes wrong is looked for, and nothing suppressed, unless they say otherwise.
  public init(
    recorder: RecorderConfiguration = RecorderConfiguration(), rules: [Rule] = Rule.usual,
    suppressions: Suppressions = Suppressions()
  ) {
    self.recorder = recorder
    self.rules = rules
    self.suppressions = suppressions
  }
}

/// A closure that has run, and what was found in what it did.
public struct RecordedRun<Value, Failure: Error> {
  /// What the closure returned or threw.
  public let outcome: Result<Value, Failure>
  /// What was found; or why nothing could be recorded.
  public let report: Result<Report, RecordingFailure>
}

extension RecordedRun: Sendable where Value: Sendable {}

/// Why a closure could not be recorded or its recording not be analyzed. It ran nevertheless.
public struct RecordingFailure: Error, Sendable, CustomStringConvertible {
  /// What went wrong, in one sentence.
  public let description: String
}

/// Records what `body` does, on this thread and on the threads that it makes, and looks for deadlocks
/// and races in it, also for such as did not happen this time.
///
/// ```swift
/// let run = recording { transfer(from: a, to: b) }
/// #expect(try run.report.get().findings.isEmpty)
/// ```
///
/// Recordings that run at the same time, as in parallel tests, do not see each other. What threads do
/// after `body` has returned is not recorded: wait for them in it.
///
/// - Complexity: That of the analysis, in what was recorded.
public func recording<Value, Failure: Error>(
  _ options: RecordingOptions = RecordingOptions(), _ body: () throws(Failure) -> Value
) -> RecordedRun<Value, Failure> {
  let session = RecordingSession(options)
  let outcome: Result<Value, Failure>
  do throws(Failure) {
    outcome = .success(try session.record(body))
  } catch {
    outcome = .failure(error)
  }
  return RecordedRun(outcome: outcome, report: session.finish())
}

/// Records what `body` does, in this task and in the tasks and threads that it makes, and looks for
/// deadlocks and races in it.
///
/// As ``recording(_:_:)-(_,()->Value)``, for asynchronous code. The recording goes along over
/// suspensions; a detached task and a dispatch queue do not inherit it.
public func recording<Value, Failure: Error>(
  _ options: RecordingOptions = RecordingOptions(), isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws(Failure) -> Value
) async -> RecordedRun<Value, Failure> {
  let session = RecordingSession(options)
  let outcome = await session.record {
    do throws(Failure) {
      return Result<Value, Failure>.success(try await body())
    } catch {
      return .failure(error)
    }
  }
  return RecordedRun(outcome: outcome, report: session.finish())
}
