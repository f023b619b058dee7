public import LockcheckTrace
import Synchronization

/// What a primitive keeps for a thread that it makes, so that the trace knows who made it, when it
/// began and ended, and who waited for it.
public final class RecordedThread: Sendable {
  let name: String?
  let kind: String

  /// Describes a thread that is about to be made. It will record into what the calling thread
  /// records into now.
  ///
  /// - Parameter kind: What sort of thread it is: `thread`, `worker` ….
  public init(name: String?, kind: String = "thread") {
    self.name = name
    self.kind = kind
  }

  /// Appends `fork`. For the maker, before the thread runs.
  public func recordFork() {
  }

  /// Appends `start` and makes the calling thread this one. For the thread itself, as its first act.
  public func enter() {
  }

  /// Appends `exit`. For the thread itself, as its last act.
  public func leave() {
  }

  /// Appends `join`, pending or done. For whoever waits for the thread; once it is done it must have
  /// left.
  public func recordJoin(
    isPending: Bool = false, attempt: Event.Attempt = .blocking, result: Event.Result = .success
  ) {
  }
}
