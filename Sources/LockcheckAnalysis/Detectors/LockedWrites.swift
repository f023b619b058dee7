import LockcheckTrace

/// The last locked write of each variable, and the last one before it by another thread.
///
/// Variables that only one thread writes take one row of a few bytes.
struct LockedWrites {
  private struct Row: BitwiseCopyable {
    var last = Access.none
    /// The place in `earlier`; -1 while one thread has written.
    var others: Int32 = -1
  }

  /// By object.
  private var rows = FlatTable(blank: Row())
  /// Last writes by other threads than the one of the row's.
  private var earlier = FlatTable(blank: Access.none)

  /// Takes note of a write.
  @inline(__always)
  mutating func note(_ write: Access, on variable: ObjectID) {
    let place = variable.index
    rows.reach(place)
    let last = rows[place].last
    if last.isPresent, last.thread != write.thread { keep(last, at: place) }
    rows[place].last = write
  }

  private mutating func keep(_ write: Access, at place: Int) {
    if rows[place].others < 0 {
      rows[place].others = Int32(earlier.count)
      earlier.append(write)
    } else {
      earlier[Int(rows[place].others)] = write
    }
  }

  /// The latest of the writes kept that another thread made and that `suits`; none where there is none.
  func last(
    on variable: ObjectID, otherThanBy thread: ThreadID, where suits: (Access) -> Bool
  ) -> Access {
    guard variable.index < rows.count else { return .none }
    let row = rows[variable.index]
    if row.last.isPresent, row.last.thread != thread, suits(row.last) { return row.last }
    guard row.others >= 0 else { return .none }
    let other = earlier[Int(row.others)]
    return other.isPresent && other.thread != thread && suits(other) ? other : .none
  }

  /// The variable is gone; another one has its number.
  mutating func forget(_ variable: ObjectID) {
    guard variable.index < rows.count else { return }
    rows[variable.index].last = .none
    if rows[variable.index].others >= 0 { earlier[Int(rows[variable.index].others)] = .none }
  }
}
