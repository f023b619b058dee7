public import LockcheckTrace

// The inherited requirement is not repeated with `throws(TraceCodingError)`: calling one that narrows
// what the inherited one throws crashes the compiler of 6.3.1.

/// The reading half of a codec: bytes to events, some at a time.
///
/// What `EventSource.read(into:tables:)` throws is always a ``TraceCodingError``. A decoder never
/// holds more than a small multiple of what it has read, and never the whole trace.
public protocol TraceDecoder: EventSource {
  /// What was lost to damage so far; empty unless the decoder was told to go on past it.
  var losses: [TraceLoss] { get }

  /// Whether events were read that stand behind a damaged part: what led up to them may be missing.
  ///
  /// Where it is false, whatever was lost came last, and what was read is how far the run had got.
  var hasGap: Bool { get }
}

/// A damaged part of a trace that was passed over.
public struct TraceLoss: Sendable, Hashable {
  /// What was wrong there.
  public var error: TraceCodingError
  /// How many events are known to be lost, where that can be told.
  public var events: Int?
  /// How many bytes were passed over, where that can be told.
  public var bytes: UInt64?

  /// Makes a description of a loss.
  public init(error: TraceCodingError, events: Int? = nil, bytes: UInt64? = nil) {
    self.error = error
    self.events = events
    self.bytes = bytes
  }
}
