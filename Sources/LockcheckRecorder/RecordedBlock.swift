import CLockcheckShims
public import LockcheckTrace

/// Blocks of a thread that are meant to be atomic: `begin` and `end`.
public enum RecordedBlock {
  /// Appends `begin`.
  ///
  /// - Returns: The number of the recording that it went into, for ``recordEnd(begunIn:)``; 0 where
  ///   that is none.
  @inlinable public static func recordBegin() -> UInt32 {
    Recording.isOn ? append(.begin, in: 0) : 0
  }

  /// Appends `end`.
  ///
  /// - Parameter session: The recording that has the begin. Into any other, where it would end what has
  ///   not begun, the end does not go.
  @inlinable public static func recordEnd(begunIn session: UInt32) {
    guard Recording.isOn, session != 0 else { return }
    _ = append(.end, in: session)
  }

  /// The recorder's outermost frame, hence never inlined. `session`: the only one to go into, or 0.
  @usableFromInline @inline(never)
  static func append(_ operation: Operation, in session: UInt32) -> UInt32 {
    guard let append = EventAppend.open(frame: lc_frame_address()) else { return 0 }
    let current = append.recording
    if session == 0 || session == current {
      append.write(EventForm(operation), stamp: append.stamp(after: 0), object: 0)
    }
    append.close()
    return current
  }
}
