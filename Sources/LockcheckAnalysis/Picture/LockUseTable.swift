import LockcheckFindings
import LockcheckTrace

/// How often each lock was taken, and by how many threads.
struct LockUseTable: Sendable {
  private var uses: [LockActivity] = []
  /// By object: the place in `uses`, or -1.
  private var places: [Int32] = []
  private var users: Set<User> = []

  private struct User: Hashable {
    var lock: ObjectID
    var thread: ThreadID
  }

  /// Counts an acquire.
  mutating func note(_ lock: ObjectID, by thread: ThreadID) {
    let place = place(of: lock)
    uses[place].acquires += 1
    if users.insert(User(lock: lock, thread: thread)).inserted { uses[place].threads += 1 }
  }

  private mutating func place(of lock: ObjectID) -> Int {
    while places.count <= lock.index { places.append(-1) }
    if places[lock.index] < 0 {
      places[lock.index] = Int32(uses.count)
      uses.append(LockActivity(lock: lock))
    }
    return Int(places[lock.index])
  }

  /// Longest waited for first, then longest held, then most often taken.
  func sorted(with totals: [LockTimes.LockTotal]) -> [LockActivity] {
    var table = self
    for total in totals {
      let place = table.place(of: total.lock)
      table.uses[place].waits = total.waits
      table.uses[place].holds = total.holds
    }
    return table.uses.sorted {
      ($1.waits.total, $1.holds.total, $1.acquires, $0.lock)
        < ($0.waits.total, $0.holds.total, $0.acquires, $1.lock)
    }
  }
}
