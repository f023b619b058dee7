package import CLockcheckShims
import Glibc
import Synchronization

/// Takes events in while the program runs, and keeps them in a file.
///
/// The recorder in force for an event is the one whose `record` the thread is in, or inherited from
/// the thread that made it; else the one whose asynchronous `record` the task is in; else ``shared``.
/// Two recorders that run at the same time do not see each other's events.
public final class Recorder: Sendable {
  /// The recorder of all threads that have no other. It starts by itself at the first use of any
  /// primitive when the environment says `LOCKCHECK=record`.
  public static let shared = Recorder(
    configuration: EnvironmentSettings.ofProcess.configuration, isShared: true)

  /// What it was made with.
  public let configuration: RecorderConfiguration

  private let isShared: Bool
  private let state = Mutex(RecordingState.idle)
  private let running = Mutex<RunningSession?>(nil)

  /// Makes a recorder that does nothing yet.
  public convenience init(configuration: RecorderConfiguration) {
    self.init(configuration: configuration, isShared: false)
  }

  /// The recorder of all threads of the child of a fork: ``shared`` is its parent's for ever.
  static func sharedInChild(file: String, sizeLimit: UInt64?) -> Recorder {
    var configuration = EnvironmentSettings.ofProcess.configuration
    configuration.file = file
    configuration.sizeLimit = sizeLimit
    return Recorder(configuration: configuration, isShared: true)
  }

  private init(configuration: RecorderConfiguration, isShared: Bool) {
    self.configuration = configuration
    self.isShared = isShared
  }

  /// Opens the file and begins to record.
  ///
  /// - Throws: ``RecorderError``: it records already, a setting is out of its range, or the system
  ///   refuses the file. Nothing is recorded then.
  public func start() throws(RecorderError) {
    if let complaint = configuration.complaint { throw .configuration(complaint) }
    guard state.withLock({ $0.start() }) == .open else { throw .alreadyRecording }
    do throws(RecorderError) {
      let session = try RunningSession(configuration: configuration, isShared: isShared)
      running.withLock { $0 = session }
      session.begin()
      RunningSession.closeAtExit(self)
    } catch {
      state.withLock { $0.startFailed() }
      throw error
    }
  }

  /// Ends the recording and closes the file. Threads that are in the middle of an event are waited
  /// for; what they do afterwards is not recorded.
  ///
  /// - Returns: What the recording came to.
  /// - Throws: ``RecorderError``: it does not record (in the child of a fork, for instance), or the
  ///   system refuses to close the file; what was recorded stays readable.
  @discardableResult public func stop() throws(RecorderError) -> RecordingSummary {
    guard state.withLock({ $0.stop() }) == .close,
      let session = running.withLock({ $0.take() })
    else { throw .notRecording }
    return try session.end()
  }

  /// The file that is being written; nil while nothing is recorded.
  public var file: String? { running.withLock { $0?.path } }

  /// What threads look at while it records; nil while it does not.
  package var session: UnsafeMutablePointer<lc_session>? {
    unsafe running.withLock { unsafe $0?.session }
  }
}

/// What a recording came to.
public struct RecordingSummary: Sendable, Equatable {
  /// The file that holds it.
  public var file: String = ""
  /// Events that were written to the file, the dropped ones included.
  public var events: UInt64 = 0
  /// Events that found no room. The reader also leaves out what came after the first of them.
  public var lost: UInt64 = 0
  /// Events that made room for newer ones. The reader also leaves out what is as old.
  public var dropped: UInt64 = 0
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
  /// The recording is whole, but could not be brought into the form that its file's name asks for.
  case conversion(String, recording: String)
}

extension RecorderError: CustomStringConvertible {
  /// One line that says what is wrong and with what.
  public var description: String {
    switch self {
    case .alreadyRecording: "the recorder records already"
    case .notRecording: "the recorder does not record"
    case .configuration(let text): text
    case .system(let what, let file, let number):
      unsafe "\(file): \(what): \(String(cString: strerror(number)))"
    case .conversion(let why, let recording):
      "the recording stays in \(recording): \(why)"
    }
  }
}
