import LockcheckTrace

/// A thread has used a variable in the stretch that ends there.
struct Touch: Equatable {
  var thread: Int
  var end: Int
  var isAtomicRead: Bool
}

/// What a schedule has used, by variable: a list for each, all in one array.
///
/// It is filled and emptied once for every schedule that is looked at, of which most are short and the
/// variables many: so that emptying it costs nothing, each variable remembers which schedule its list is of.
struct TouchTable {
  /// A place in a variable's list, and the one before it; -1 where there is none.
  struct Cursor {
    fileprivate var place: Int32
    fileprivate var previous: Int32 = -1
  }

  private struct List: BitwiseCopyable {
    var schedule: UInt32 = 0
    var first: Int32 = -1
  }

  private struct Entry {
    var touch: Touch
    var next: Int32
  }

  private var lists = FlatTable(blank: List())
  private var entries: ContiguousArray<Entry> = []
  private var schedule: UInt32 = 1

  /// Forgets everything.
  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    schedule += 1
  }

  /// Adds a touch of a variable, if it is not there.
  ///
  /// - Complexity: Linear in the variable's touches.
  mutating func insert(_ touch: Touch, of variable: ObjectID) {
    let first = first(of: variable)
    var place = first
    while place >= 0 {
      if entries[Int(place)].touch == touch { return }
      place = entries[Int(place)].next
    }
    lists.reach(variable.index)
    lists[variable.index] = List(schedule: schedule, first: Int32(entries.count))
    entries.append(Entry(touch: touch, next: first))
  }

  /// The beginning of a variable's list.
  func begin(_ variable: ObjectID) -> Cursor { Cursor(place: first(of: variable)) }

  /// What stands at a place; nil at the end.
  func touch(at cursor: Cursor) -> Touch? {
    cursor.place < 0 ? nil : entries[Int(cursor.place)].touch
  }

  /// Goes on to the next place.
  func advance(_ cursor: inout Cursor) {
    cursor.previous = cursor.place
    cursor.place = entries[Int(cursor.place)].next
  }

  /// Takes out what stands at a place, and goes on to the next one.
  mutating func remove(at cursor: inout Cursor, of variable: ObjectID) {
    let next = entries[Int(cursor.place)].next
    if cursor.previous < 0 {
      lists[variable.index].first = next
    } else {
      entries[Int(cursor.previous)].next = next
    }
    cursor.place = next
  }

  private func first(of variable: ObjectID) -> Int32 {
    guard variable.index < lists.count else { return -1 }
    let list = lists[variable.index]
    return list.schedule == schedule ? list.first : -1
  }
}
