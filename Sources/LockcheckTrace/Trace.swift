/// What is said once for a whole trace.
public struct TraceHeader: Sendable, Equatable {
  /// The process that ran.
  public struct Process: Sendable, Equatable {
    /// Its number.
    public var pid: Int64?
    /// Its program.
    public var executable: String?
    /// What it was called with.
    public var arguments: [String]

    /// Makes a description of a process.
    public init(pid: Int64? = nil, executable: String? = nil, arguments: [String] = []) {
      self.pid = pid
      self.executable = executable
      self.arguments = arguments
    }
  }

  /// How the accesses to variables were put in order.
  public enum AccessOrder: String, Sendable, Equatable {
    /// Each stands where it took effect.
    case exact
    /// By clocks: which write a read saw is not certain.
    case approximate
  }

  /// The version of the format.
  public var version: Int
  /// The process that ran, where it is known.
  public var process: Process?
  /// How the accesses were put in order.
  public var accessOrder: AccessOrder
  /// Whether atomic accesses stand where they took effect though plain ones do not.
  public var hasExactAtomics = false
  /// Whether the program was not written for the recorder, which saw none of the values by which threads
  /// decide.
  public var omitsValues = false
  /// How many events stood before those of the trace and were dropped, to keep it small; nil where it has the
  /// beginning of the run.
  ///
  /// What stands in front may have happened before: locks that were held where the trace begins, and what
  /// threads were about to do.
  public var droppedEvents: UInt64?

  /// Makes a header of the current version.
  public init(version: Int = 1, process: Process? = nil, accessOrder: AccessOrder = .exact) {
    self.version = version
    self.process = process
    self.accessOrder = accessOrder
  }
}

/// A whole run in memory: what a test draws and a small tool holds.
public struct Trace: Sendable, Equatable {
  /// What is said once.
  public var header: TraceHeader
  /// What is known about the things that the events name.
  public var tables: TraceTables
  /// What happened: a linearization of the run.
  public var events: [Event]

  /// Makes a trace.
  public init(
    header: TraceHeader = TraceHeader(), tables: TraceTables = TraceTables(), events: [Event] = []
  ) {
    self.header = header
    self.tables = tables
    self.events = events
  }
}

/// Something that hands out the events of a trace in order, some at a time.
///
/// The tables belong to the caller, so that nothing is copied when they grow.
public protocol EventSource {
  /// What is said once for the whole trace. Complete once the first events have been read.
  var header: TraceHeader { get }

  /// Replaces `events` by the next ones, and adds to `tables` what they name.
  ///
  /// - Returns: False when there are no more; `events` is then empty.
  /// - Throws: What the input can cause: damaged data, a file that cannot be read. `events` then
  ///   holds those that stand before the damage.
  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool
}

/// The events of a trace that is in memory already.
public struct TraceEvents: EventSource {
  private let trace: Trace
  private var isRead = false

  /// Hands out `trace` in one piece.
  public init(_ trace: Trace) { self.trace = trace }

  /// What the trace says once.
  public var header: TraceHeader { trace.header }

  /// Hands out everything the first time, and nothing afterwards.
  public mutating func read(into events: inout [Event], tables: inout TraceTables) -> Bool {
    events = isRead ? [] : trace.events
    if !isRead { tables = trace.tables }
    isRead = true
    return !events.isEmpty
  }
}
