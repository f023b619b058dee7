public import CLockcheckShims

/// The process-wide switch.
public enum Recording {
  /// Whether any recording runs: one relaxed load of one byte.
  @inlinable public static var isOn: Bool { lc_is_recording() }

  /// Opens a block that is meant to be atomic, on the calling thread.
  @inlinable public static func recordBegin() { if isOn { appendBlock(begins: true) } }

  /// Closes the innermost block meant to be atomic, on the calling thread.
  @inlinable public static func recordEnd() { if isOn { appendBlock(begins: false) } }

  @usableFromInline @inline(never) static func appendBlock(begins: Bool) {
  }
}
