import LockcheckFindings
import LockcheckTrace

/// What an event leaves behind for those that later conflict with it, or synchronize with it: who it
/// was, and which open blocks come before it.
struct BlockMark: Sendable, Hashable, BitwiseCopyable {
  /// The event; any operation, not only an access.
  var event: Access
  /// To what it was done.
  var object: ObjectID
  /// The open blocks from which a path leads to the event's transaction, its own block included.
  var blocks: BlockSetID

  /// Nothing left behind.
  static let none = BlockMark(event: .none, object: .absent, blocks: .none)

  /// The event as a step of a finding.
  func step(in run: borrowing Run) -> Step { event.step(on: object, in: run) }
}

/// What several threads have left behind at one place: the last mark of each.
struct BlockMarks: Gift {
  private(set) var first = BlockMark.none
  private(set) var others: [BlockMark] = []

  /// Nothing left behind.
  init() {}

  init(_ mark: BlockMark) { first = mark }

  /// Adds a mark, in the place of an older one of the same thread.
  mutating func add(_ mark: BlockMark) {
    guard mark.blocks != .none else { return }
    if !first.event.isPresent || first.event.thread == mark.event.thread {
      first = mark
    } else if let place = others.firstIndex(where: { $0.event.thread == mark.event.thread }) {
      others[place] = mark
    } else {
      others.append(mark)
    }
  }

  mutating func join(_ other: BlockMarks) {
    add(other.first)
    for mark in other.others { add(mark) }
  }

  /// Forgets the marks and keeps the room.
  mutating func removeAll() {
    first = .none
    others.removeAll(keepingCapacity: true)
  }

  /// The same marks, changed.
  func map(_ change: (BlockMark) -> BlockMark) -> BlockMarks {
    var marks = BlockMarks()
    marks.add(change(first))
    for mark in others { marks.add(change(mark)) }
    return marks
  }
}
