/// What a recording captures, and where it goes.
public struct RecorderConfiguration: Sendable, Equatable {
  /// How much of the call stack an event carries.
  public enum Stacks: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A walk along the frame pointers; libunwind completes each new call path once.
    case fast
    /// libunwind where the thread has not been lately: for code that keeps no frame pointers.
    case unwind
    /// libunwind for every event.
    case full
  }

  /// What is kept where a trace has no room for all of a run.
  public enum Kept: String, Sendable, CaseIterable {
    /// The beginning: what comes when the file is full is lost.
    case oldest
    /// The end: the oldest events make room for new ones.
    case newest
  }

  /// The file, with `%p` for the number of the process.
  public var file: String = "lockcheck-%p.lctrace"
  /// How many frames a stack has at most, 1 to 128.
  public var stackDepth: Int = 32
  /// The bytes of one thread's buffer, which is the largest chunk of the file: 4 KiB to 16 MiB. A
  /// thread begins with a page and gets twice as much each time, up to this.
  public var bufferSize: Int = 65536
  /// How call stacks are captured.
  public var stacks: Stacks = .fast
  /// The bytes that the file may not exceed; nil where only the disk limits it.
  public var sizeLimit: UInt64?
  /// Which events are kept where there are more than the file may hold.
  public var keeps: Kept = .oldest
  /// Whether somebody else says what was lost, so that the process itself need not.
  var isQuiet = false
  /// Whether the program was not written for the recorder, which sees no access unless one is reported.
  var omitsValues = false

  /// The default settings.
  public init() {}

  /// The depths that ``stackDepth`` may have.
  public static let stackDepths = 1...128
  /// The sizes that ``bufferSize`` may have.
  public static let bufferSizes = 4096...16_777_216
  /// The least ``sizeLimit`` with which the newest events are kept, in bytes.
  public static let leastToKeepNewest: UInt64 = 65536

  /// What is wrong with the settings, in words; nil where nothing is.
  var complaint: String? {
    if !Self.stackDepths.contains(stackDepth) {
      return "the stack depth is \(stackDepth), and has to be 1 to 128"
    }
    if !Self.bufferSizes.contains(bufferSize) {
      return "the buffer size is \(bufferSize), and has to be 4096 to 16777216 bytes"
    }
    if file.isEmpty { return "the name of the trace file is empty" }
    if file.hasSuffix(".gz") || file.hasSuffix(".zst") {
      return "a trace is not compressed while it is recorded; record to a plain file"
    }
    if keeps == .newest {
      guard let sizeLimit else {
        return "the newest events are kept only where the size is limited"
      }
      if sizeLimit < Self.leastToKeepNewest {
        return "the size limit is \(sizeLimit), and has to be at least "
          + "\(Self.leastToKeepNewest) bytes where the newest events are kept"
      }
    }
    return nil
  }
}
