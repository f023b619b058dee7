internal import LockcheckTrace

/// What the trace is told of an order that a guard inside a primitive makes: each ``step()`` comes
/// after the steps before it, and each ``look()`` too.
///
/// Called under that guard. Without it, what one thread has left for another behind the guard would
/// look like a race.
final class HiddenOrder: Sendable {
  private let traced: Traced

  init(name: String?) { traced = Traced(.variable, name: name) }

  deinit { traced.recordDestroy() }

  func step() { if Traced.isRecording { traced.record(.atomicUpdate) } }

  /// Those who look are in no order among themselves.
  func look() { if Traced.isRecording { traced.record(.atomicRead) } }

  func rename(_ name: String?) { traced.rename(name) }
}
