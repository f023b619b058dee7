import LockcheckTrace

/// When each thread took each lock: the first time in every stretch in which others learned nothing of
/// it, and only so many of them.
///
/// Open addressing in flat arrays, and in front of it the last taker of each lock: most acquires cost a
/// comparison.
struct LockEpochs: Sendable {
  private struct Row {
    var thread: ThreadID
    var lock: ObjectID
    var mode: LockMode
    var epoch: Epoch
    var moments: [Moment]
  }

  /// A stretch of one thread's run.
  struct Epoch: Sendable, Equatable {
    /// Its last moment before, that others could learn of.
    var gift: Moment
    /// How many permits it has taken.
    var permits: UInt32
  }

  private struct Taker {
    var thread = ThreadID.absent
    var mode = LockMode.exclusive
    var epoch = Epoch(gift: 0, permits: 0)
  }

  /// How many are kept of one thread and lock.
  static let limit = 64

  /// By lock.
  private var takers: ContiguousArray<Taker> = []
  private var rows: ContiguousArray<Row> = []
  /// Places in `rows`, or -1; as many as a power of two.
  private var slots = ContiguousArray<Int32>(repeating: -1, count: 256)

  @inline(__always)
  mutating func note(_ event: Event, at moment: Moment, _ epoch: Epoch) {
    let lock = event.object
    while takers.count <= lock.index { takers.append(Taker()) }
    let last = takers[lock.index]
    if last.thread == event.thread, last.epoch == epoch, last.mode == event.mode { return }
    takers[lock.index] = Taker(thread: event.thread, mode: event.mode, epoch: epoch)
    add(event, at: moment, epoch)
  }

  private mutating func add(_ event: Event, at moment: Moment, _ epoch: Epoch) {
    let place = place(event.thread, event.object, event.mode)
    if let place {
      guard rows[place].epoch != epoch else { return }
      rows[place].epoch = epoch
      guard rows[place].moments.count < Self.limit else { return }
      rows[place].moments.append(moment)
    } else {
      insert(
        Row(
          thread: event.thread, lock: event.object, mode: event.mode, epoch: epoch,
          moments: [moment]))
    }
  }

  /// When the thread first took the lock after `start`, of what is kept.
  ///
  /// - Parameter exclusively: Whether to look past what it took to read.
  func first(
    _ thread: ThreadID, _ lock: ObjectID, after start: Moment, exclusively: Bool
  ) -> Moment? {
    let modes: [LockMode] = exclusively ? [.exclusive] : [.exclusive, .shared]
    return modes.compactMap { mode in
      place(thread, lock, mode).flatMap { rows[$0].moments.first { $0 > start } }
    }.min()
  }

  private func place(_ thread: ThreadID, _ lock: ObjectID, _ mode: LockMode) -> Int? {
    var slot = Self.hash(thread, lock, mode) & (slots.count - 1)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if rows[place].thread == thread, rows[place].lock == lock, rows[place].mode == mode {
        return place
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func insert(_ row: Row) {
    rows.append(row)
    if rows.count * 2 > slots.count {
      slots = ContiguousArray(repeating: -1, count: slots.count * 2)
      for place in rows.indices { link(place) }
    } else {
      link(rows.count - 1)
    }
  }

  private mutating func link(_ place: Int) {
    let row = rows[place]
    var slot = Self.hash(row.thread, row.lock, row.mode) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(truncatingIfNeeded: place)
  }

  private static func hash(_ thread: ThreadID, _ lock: ObjectID, _ mode: LockMode) -> Int {
    let word = UInt64(thread.rawValue) << 32 | UInt64(lock.rawValue)
    var hash = (word ^ (mode == .shared ? 1 << 31 : 0)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: hash ^ (hash >> 32))
  }
}
