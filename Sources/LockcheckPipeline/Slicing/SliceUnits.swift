import LockcheckTrace

/// The events of a trace in groups that are only left out together: what opens something with what
/// closes it.
///
/// A pending event goes with its end, an acquire with its release, a put with its get, `begin` with
/// `end`; a fork with the child's `start` and `exit` and its joins.
struct SliceUnits {
  /// Indices of events, ascending within each unit.
  private(set) var units: [[Int]] = []

  private struct Key: Hashable {
    var thread: ThreadID
    var object: ObjectID
  }

  private var pending: [ThreadID: (event: Event, unit: Int)] = [:]
  private var open: [Key: [Int]] = [:]
  private var births: [ThreadID: Int] = [:]
  private var items: [ObjectID: [(item: UInt64?, unit: Int)]] = [:]

  /// Groups the events of these indices.
  ///
  /// - Complexity: O(events), times the items that wait in a queue where they come out in another
  ///   order than that in which they went in.
  init(_ events: [Event], of indices: [Int]) {
    for index in indices {
      let event = events[index]
      let unit = unit(of: event)
      units[unit].append(index)
      pending[event.thread] = event.isPending ? (event, unit) : nil
    }
  }

  private mutating func unit(of event: Event) -> Int {
    let key = Key(thread: event.thread, object: event.object)
    switch event.operation {
    case .fork, .join: return life(of: event.child)
    case .start, .exit: return life(of: event.thread)
    case _ where pended(event) != nil:
      let unit = pended(event) ?? fresh()
      if event.operation == .acquire, event.isEffective { open[key, default: []].append(unit) }
      if event.operation == .put, event.isEffective { note(event, unit) }
      return unit
    case .acquire where event.isEffective, .begin:
      let unit = fresh()
      open[key, default: []].append(unit)
      return unit
    case .release, .end: return open[key]?.popLast() ?? fresh()
    case .put where event.isEffective:
      let unit = fresh()
      note(event, unit)
      return unit
    case .get where event.isEffective: return unitOfPut(for: event) ?? fresh()
    default: return fresh()
    }
  }

  private func pended(_ event: Event) -> Int? {
    guard !event.isPending, let pending = pending[event.thread],
      pending.event.operation == event.operation, pending.event.object == event.object
    else { return nil }
    return pending.unit
  }

  private mutating func life(of thread: ThreadID) -> Int {
    if let unit = births[thread] { return unit }
    let unit = fresh()
    births[thread] = unit
    return unit
  }

  private mutating func note(_ put: Event, _ unit: Int) {
    items[put.object, default: []].append((put.item, unit))
  }

  private mutating func unitOfPut(for get: Event) -> Int? {
    guard let waiting = items[get.object], !waiting.isEmpty else { return nil }
    let place = get.item.flatMap { item in waiting.firstIndex { $0.item == item } } ?? 0
    return items[get.object]?.remove(at: place).unit
  }

  private mutating func fresh() -> Int {
    units.append([])
    return units.count - 1
  }
}
