public import LockcheckTrace

/// When each thread of a run held and waited for what.
///
/// Long spans are kept one by one; those shorter than ``resolution`` only in what they add to the
/// ``CellRow``s. Nothing of a short run is left out.
public struct RunTimeline: Sendable {
  /// What places on the time axis count.
  public var unit: RunPicture.Unit
  /// How long the run was, from 0.
  public var length: UInt64
  /// Spans shorter than this were not kept; 0 where all were.
  public var resolution: UInt64
  /// By lane and begin.
  public var spans: [RunSpan]
  /// How much of the time axis a cell stands for.
  public var cellWidth: UInt64
  /// By thread: how its time was spent, cell by cell.
  public var cells: [CellRow]
  /// Where some events are on the time axis, by index and place: enough to find the others about right.
  public var marks: [(event: Int, place: UInt64)]

  /// An empty timeline.
  public init(unit: RunPicture.Unit = .events) {
    self.unit = unit
    length = 0
    resolution = 0
    spans = []
    cellWidth = 1
    cells = []
    marks = []
  }
}

/// A time during which a thread held something or waited for something.
public struct RunSpan: Sendable, Hashable {
  /// What the thread did.
  public enum Kind: UInt8, Sendable, Hashable {
    /// Held a lock, alone.
    case hold = 0
    /// Held a lock together with other readers.
    case share = 1
    /// Waited.
    case wait = 2
  }

  /// Which thread.
  public var thread: ThreadID
  /// What it did.
  public var kind: Kind
  /// How many other locks it held at the time.
  public var depth: UInt8
  /// What was held or waited for; absent where it waited for a thread to end.
  public var object: ObjectID
  /// The thread whose end it waited for.
  public var child: ThreadID
  /// Where it begins and ends on the time axis.
  public var begin: UInt64
  /// See ``begin``.
  public var end: UInt64

  /// Makes a span.
  public init(
    thread: ThreadID, kind: Kind, depth: UInt8, object: ObjectID, child: ThreadID = .absent,
    begin: UInt64, end: UInt64
  ) {
    self.thread = thread
    self.kind = kind
    self.depth = depth
    self.object = object
    self.child = child
    self.begin = begin
    self.end = end
  }

  /// How long it is.
  public var length: UInt64 { end - begin }
}

/// How a thread spent its time, cell by cell, each ``RunTimeline/cellWidth`` long.
public struct CellRow: Sendable, Equatable {
  /// By cell: for how long it held any lock. Missing ones are 0.
  public var held: [UInt64] = []
  /// By cell: for how long it waited. Missing ones are 0.
  public var waited: [UInt64] = []

  /// All zero.
  public init() {}

  /// Makes of two cells one.
  public mutating func fold() {
    held = Self.folded(held)
    waited = Self.folded(waited)
  }

  private static func folded(_ cells: [UInt64]) -> [UInt64] {
    stride(from: 0, to: cells.count, by: 2).map { place in
      place + 1 < cells.count ? cells[place] + cells[place + 1] : cells[place]
    }
  }
}
