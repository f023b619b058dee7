/// Idle, recording or stopped: decides what is to be done, and does none of it.
enum RecordingState: Equatable {
  case idle
  case recording
  case stopped

  /// What a call of `start` has to do.
  enum StartDecision: Equatable {
    case open
    case alreadyRecording
  }

  /// What a call of `stop` has to do.
  enum StopDecision: Equatable {
    case close
    case notRecording
  }

  /// Asks to record.
  mutating func start() -> StartDecision {
    guard self != .recording else { return .alreadyRecording }
    self = .recording
    return .open
  }

  /// Says that what `start` decided could not be done.
  mutating func startFailed() { self = .idle }

  /// Asks to stop.
  mutating func stop() -> StopDecision {
    guard self == .recording else { return .notRecording }
    self = .stopped
    return .close
  }
}
