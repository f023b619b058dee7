public import LockcheckTrace

/// The writing half of a codec: events to bytes, some at a time.
public protocol TraceEncoder {
  /// Writes `events`, after whatever rows of `tables` they need and that were not written before.
  ///
  /// - Throws: ``TraceCodingError/Code/notRepresentable`` where the form cannot say it, and
  ///   ``TraceCodingError/Code/inputOutput`` where the sink refuses the bytes.
  mutating func write(
    _ events: ArraySlice<Event>, tables: borrowing TraceTables
  ) throws(TraceCodingError)

  /// Writes what closes the trace. Nothing may be written afterwards.
  mutating func finish(tables: borrowing TraceTables) throws(TraceCodingError)
}
