/// Takes events in while the program runs, and keeps them in a file.
///
/// The recorder in force for an event is the one whose ``record(_:)-(()->R)`` the thread is in, or
/// inherited from the thread that made it; else the one whose asynchronous `record` the task is in;
/// else ``shared``. Two recorders that run at the same time do not see each other's events.
public final class Recorder: Sendable {
  /// The recorder of all threads that have no other. It starts by itself at the first use of any
  /// primitive when the environment says `LOCKCHECK=record`.
  public static let shared = Recorder(configuration: RecorderConfiguration())

  /// What it was made with.
  public let configuration: RecorderConfiguration

  /// Makes a recorder that does nothing yet.
  public init(configuration: RecorderConfiguration) { self.configuration = configuration }

  /// Opens the file and begins to record.
  public func start() throws(RecorderError) {
  }

  /// Ends the recording and closes the file.
  @discardableResult public func stop() throws(RecorderError) -> RecordingSummary {
    RecordingSummary()
  }

  /// Records what the closure does, on this thread and on the threads that it makes.
  public func record<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    try body()
  }

  /// Records what the closure does, in this task and in the tasks and threads that it makes.
  public func record<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
  ) async rethrows -> R {
    try await body()
  }
}

/// What a recording came to.
public struct RecordingSummary: Sendable, Equatable {
  /// The file that holds it.
  public var file: String = ""
  /// Events that are in the file.
  public var events: UInt64 = 0
  /// Events that found no room.
  public var lost: UInt64 = 0
  /// Events in signal handlers that interrupted the recorder, and were left out.
  public var nested: UInt64 = 0
  /// Threads that recorded something.
  public var threads: Int = 0
  /// The length of the file.
  public var bytes: UInt64 = 0

  /// Makes a summary of nothing.
  public init() {}
}

/// Why a recording cannot begin or end as it should.
public enum RecorderError: Error, Sendable, Equatable {
  /// It runs already.
  case alreadyRecording
  /// It does not run.
  case notRecording
  /// A setting is out of its range; the text says which and what is right.
  case configuration(String)
  /// The system refused: what, on which file, and why.
  case system(String, file: String, errno: Int32)
}
