/// What a recording captures, and where it goes.
public struct RecorderConfiguration: Sendable, Equatable {
  /// How much of the call stack an event carries.
  public enum Stacks: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A walk along the frame pointers; libunwind completes each new call path once.
    case fast
    /// libunwind for every event.
    case full
  }

  /// The file, with `%p` for the number of the process.
  public var file: String = "lockcheck-%p.lctrace"
  /// How many frames a stack has at most, 1 to 128.
  public var stackDepth: Int = 32
  /// The bytes of one thread's buffer, which is one chunk of the file: 4 KiB to 16 MiB.
  public var bufferSize: Int = 65536
  /// How call stacks are captured.
  public var stacks: Stacks = .fast
  /// The bytes that the file may not exceed; nil where only the disk limits it.
  public var sizeLimit: UInt64?

  /// The default settings.
  public init() {}
}
