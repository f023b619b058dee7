public import LockcheckTrace

/// What put one of two accesses before the other in the run, and need not in another.
///
/// One thread's release of an object happened to come before another's acquire of it. Where the two
/// accesses were ordered through several objects, this is the one whose release and acquire change
/// places, or do not take place, in the schedule.
public struct Ordering: Sendable, Hashable {
  /// What was given back and taken.
  public var object: ObjectID
  /// Who gave it back.
  public var releaser: ThreadID
  /// The index of the event that gave it back.
  public var release: Int
  /// Who took it then.
  public var acquirer: ThreadID
  /// The index of the event that took it.
  public var acquire: Int

  /// Makes an ordering.
  public init(
    by object: ObjectID, releaser: ThreadID, release: Int, acquirer: ThreadID, acquire: Int
  ) {
    self.object = object
    self.releaser = releaser
    self.release = release
    self.acquirer = acquirer
    self.acquire = acquire
  }
}
