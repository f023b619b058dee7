/// What a worker is to do.
struct PoolTask: Sendable {
  /// What pairs the `put` with the `get` in the trace: the number of the task's future, or one that no
  /// object has.
  let number: UInt64
  /// The session that has the `put`; 0 where none has.
  let session: UInt32
  let run: @Sendable () -> Void
  /// Called instead, where the pool is ended before a worker has taken it.
  let cancel: @Sendable () -> Void
}
