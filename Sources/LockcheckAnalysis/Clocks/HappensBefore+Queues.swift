import LockcheckTrace

/// What the operations on one queue give.
struct QueueClocks<Clock: Gift>: Sendable {
  /// What was put and not yet taken, by item number.
  private var items: [UInt64: Clock] = [:]
  /// The same for items without a number, which are taken in the queue's order.
  private var unnumbered = Fifo<Clock>()
  /// What the gets gave that no put has made use of yet.
  private var room = Fifo<Clock>()
  private var putCount: UInt64 = 0
  /// What all puts without a number gave, where any of them may be the one that is taken.
  private var anyUnnumbered = Clock()
  /// What the tasks that are done give to those who wait for all of them.
  var done = Clock()
  /// What the close gives to what it ends.
  var closed = Clock()

  /// The get that a put had to wait for: the n-th get comes before the (n + capacity)-th put, as
  /// with Go's channels, since before it there is no room.
  mutating func makeRoom(capacity: UInt64) -> Clock {
    putCount += 1
    return capacity > 0 && putCount > capacity ? room.removeFirst() ?? Clock() : Clock()
  }

  mutating func put(_ item: UInt64?, _ gift: Clock, order: QueueOrder?) {
    if let item {
      items[item] = gift
    } else if order == .priority {
      anyUnnumbered.join(gift)
    } else {
      unnumbered.append(gift)
    }
  }

  mutating func get(_ item: UInt64?, order: QueueOrder?) -> Clock {
    if let item, let gift = items.removeValue(forKey: item) { return gift }
    switch order ?? .fifo {
    case .fifo: return unnumbered.removeFirst() ?? Clock()
    case .lifo: return unnumbered.removeLast() ?? Clock()
    case .priority: return anyUnnumbered
    }
  }

  mutating func leaveRoom(_ gift: Clock) { room.append(gift) }

  /// The same queue with other gifts.
  func map<Other>(_ change: (Clock) -> Other) -> QueueClocks<Other> {
    var other = QueueClocks<Other>()
    other.items = items.mapValues(change)
    other.unnumbered = unnumbered.map(change)
    other.anyUnnumbered = change(anyUnnumbered)
    other.room = room.map(change)
    other.putCount = putCount
    other.done = change(done)
    other.closed = change(closed)
    return other
  }
}

/// Clocks in order of arrival.
private struct Fifo<Clock: Gift>: Sendable {
  private var clocks: [Clock] = []
  private var head = 0

  mutating func append(_ clock: Clock) { clocks.append(clock) }

  /// - Complexity: Constant, amortized.
  mutating func removeFirst() -> Clock? {
    guard head < clocks.count else { return nil }
    defer {
      head += 1
      if head > 32, head * 2 > clocks.count {
        clocks.removeFirst(head)
        head = 0
      }
    }
    return clocks[head]
  }

  mutating func removeLast() -> Clock? { head < clocks.count ? clocks.removeLast() : nil }

  func map<Other>(_ change: (Clock) -> Other) -> Fifo<Other> {
    var other = Fifo<Other>()
    other.clocks = clocks[head...].map(change)
    return other
  }
}

extension HappensBefore {
  mutating func useQueue(_ event: Event, _ now: Moment, _ tables: borrowing TraceTables) {
    guard !event.isPending else { return }
    var queue = queues.removeValue(forKey: event.object) ?? QueueClocks()
    defer { queues[event.object] = queue }
    if event.result == .error {
      take(queue.closed, by: event.thread, at: now)
      return
    }
    guard event.result == .success else { return }
    let details = tables.objects[event.object]
    let capacity = details.capacity ?? 0
    switch event.operation {
    case .put:
      take(queue.makeRoom(capacity: capacity), by: event.thread, at: now)
      queue.put(event.item, give(event.thread, now), order: details.order)
    case .get:
      take(queue.get(event.item, order: details.order), by: event.thread, at: now)
      if capacity > 0 { queue.leaveRoom(give(event.thread, now)) }
    case .taskDone: queue.done.join(give(event.thread, now))
    case .queueJoin: take(queue.done, by: event.thread, at: now)
    case .close: queue.closed = give(event.thread, now)
    default: break
    }
  }
}
