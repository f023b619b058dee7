extension Shared where Value == Void {
  /// Runs `body` as a block that is meant to be atomic: as if nothing of any other thread happened
  /// between its first step and its last.
  ///
  /// ```swift
  /// Shared.transaction {
  ///   let enough = lock.withLock { balance.load() >= amount }
  ///   if enough { lock.withLock { balance.modify { $0 -= amount } } }
  /// }
  /// ```
  ///
  /// It makes nothing atomic and holds no lock. It says what is meant, whatever variables and locks the
  /// body uses, and a recording in which another thread gets in between is reported (LC204). A block
  /// inside another belongs to the outer one.
  public static func transaction<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let recording = TracedBlock.begin()
    let result: Result<R, E>
    do throws(E) { result = .success(try body()) } catch { result = .failure(error) }
    TracedBlock.end(recording)
    return try result.get()
  }
}
