import LockcheckTrace

/// How semaphores, conditions, events, barriers and queues stand, at one moment of the run.
struct WaitUse {
  struct Permits {
    var left: Int64
    var lastRelease = -1
  }

  struct Wakeup {
    var place: Int
    var left: Int
  }

  struct Condition {
    var waiters: [ThreadID: Int] = [:]
    var wakeups: [Wakeup] = []
  }

  struct Flag {
    var isUp = false
    var lastRaise = -1
    var lastSet = -1
    var waiters: [ThreadID: Int] = [:]
  }

  struct Barrier {
    var arrivals: [Int] = []
    var waiting: [ThreadID: Int] = [:]
  }

  struct Queue {
    var puts: [Int] = []
    var items: [UInt64?] = []
    var gets: [Int] = []
    var done: [Int] = []
    var isClosed = false
  }

  var permits: [ObjectID: Permits] = [:]
  var conditions: [ObjectID: Condition] = [:]
  var flags: [ObjectID: Flag] = [:]
  var barriers: [ObjectID: Barrier] = [:]
  var queues: [ObjectID: Queue] = [:]
}

extension CauseFinder {
  mutating func useByCauses(_ event: Event, at place: Int) {
    switch tables.objects.kind(of: event.object) {
    case .semaphore: usePermits(event, at: place)
    case .condition: useCondition(event, at: place)
    case .event, .future: useFlag(event, at: place)
    case .barrier: useBarrier(event, at: place)
    default: useQueue(event, at: place)
    }
  }

  /// With all releases that came before an acquire there are at least as many permits as there were.
  private mutating func usePermits(_ event: Event, at place: Int) {
    let details = tables.objects[event.object]
    guard let value = details.value, event.isEffective else { return demote(event.object) }
    var state =
      waits.permits[event.object] ?? WaitUse.Permits(left: Int64(clamping: value))
    let count = Int64(clamping: min(event.count ?? 1, UInt64(Int32.max)))
    if state.lastRelease >= 0 { cause(state.lastRelease, of: place) }
    if event.operation == .acquire {
      state.left -= count
    } else {
      state.left += count
      state.lastRelease = place
    }
    if state.left < 0 || state.left > Int64(clamping: details.bound ?? .max) {
      demote(event.object)
    }
    waits.permits[event.object] = state
  }

  private mutating func useCondition(_ event: Event, at place: Int) {
    var state = waits.conditions.removeValue(forKey: event.object) ?? WaitUse.Condition()
    defer { waits.conditions[event.object] = state }
    if event.operation == .notify {
      guard event.isEffective else { return demote(event.object) }
      let woken = state.wakeups.reduce(0) { $0 + $1.left }
      let count = Int(
        clamping: min(event.count ?? .max, UInt64(max(0, state.waiters.count - woken))))
      if count > 0 { state.wakeups.append(WaitUse.Wakeup(place: place, left: count)) }
    } else if event.isPending {
      state.waiters[event.thread] = place
    } else if let since = state.waiters.removeValue(forKey: event.thread), event.result != .error {
      guard event.result == .success else {
        // Who gave up leaves no more wakeups than there are waiters.
        return trim(&state)
      }
      guard let number = state.wakeups.firstIndex(where: { $0.place > since }) else {
        return demote(event.object)
      }
      cause(state.wakeups[number].place, of: place)
      state.wakeups[number].left -= 1
      if state.wakeups[number].left == 0 { state.wakeups.remove(at: number) }
    } else {
      demote(event.object)
    }
  }

  private func trim(_ state: inout WaitUse.Condition) {
    var surplus = state.wakeups.reduce(0) { $0 + $1.left } - state.waiters.count
    while surplus > 0, !state.wakeups.isEmpty {
      let taken = min(surplus, state.wakeups[0].left)
      state.wakeups[0].left -= taken
      surplus -= taken
      if state.wakeups[0].left == 0 { state.wakeups.removeFirst() }
    }
  }

  private mutating func useFlag(_ event: Event, at place: Int) {
    var state = waits.flags.removeValue(forKey: event.object) ?? WaitUse.Flag()
    defer { waits.flags[event.object] = state }
    switch event.operation {
    case .set:
      if !state.isUp { state.lastRaise = place }
      state.isUp = true
      state.lastSet = place
    case .clear: state.isUp = false
    default:
      if event.isPending {
        state.waiters[event.thread] = place
        return
      }
      let since = state.waiters.removeValue(forKey: event.thread) ?? place
      guard event.isEffective else { return demote(event.object) }
      if state.isUp {
        cause(state.lastRaise, of: place)
      } else if state.lastSet > since {
        cause(state.lastSet, of: place)
      } else {
        demote(event.object)
      }
    }
  }

  /// Who arrives comes after those who arrived before; who leaves, after its round is full.
  private mutating func useBarrier(_ event: Event, at place: Int) {
    guard let parties = tables.objects[event.object].parties, parties > 0,
      parties < UInt64(Int32.max), event.isPending || event.isEffective
    else { return demote(event.object) }
    var state = waits.barriers.removeValue(forKey: event.object) ?? WaitUse.Barrier()
    defer { waits.barriers[event.object] = state }
    if event.isPending || state.waiting[event.thread] == nil {
      if let last = state.arrivals.last { cause(last, of: place) }
      state.waiting[event.thread] = state.arrivals.count
      state.arrivals.append(place)
    }
    guard !event.isPending, let number = state.waiting.removeValue(forKey: event.thread) else {
      return
    }
    let last = (number / Int(parties) + 1) * Int(parties) - 1
    guard last < state.arrivals.count else { return demote(event.object) }
    if state.arrivals[last] != place { cause(state.arrivals[last], of: place) }
  }

  private mutating func useQueue(_ event: Event, at place: Int) {
    guard event.isEffective else { return demote(event.object) }
    var state = waits.queues.removeValue(forKey: event.object) ?? WaitUse.Queue()
    defer { waits.queues[event.object] = state }
    switch event.operation {
    case .put:
      let capacity = Int(clamping: tables.objects[event.object].capacity ?? 0)
      if state.isClosed { return demote(event.object) }
      if capacity > 0, state.puts.count >= capacity {
        let room = state.puts.count - capacity
        guard room < state.gets.count else { return demote(event.object) }
        cause(state.gets[room], of: place)
      }
      state.puts.append(place)
      state.items.append(event.item)
    case .get:
      let number = state.gets.count
      guard number < state.puts.count, state.items[number] == event.item else {
        return demote(event.object)
      }
      cause(state.puts[number], of: place)
      // First in, first out: what was put before is gone.
      if let last = state.gets.last { cause(last, of: place) }
      state.gets.append(place)
    case .taskDone:
      guard state.done.count < state.puts.count else { return demote(event.object) }
      cause(state.puts[state.done.count], of: place)
      if let last = state.done.last { cause(last, of: place) }
      state.done.append(place)
    case .queueJoin:
      guard state.done.count == state.puts.count else { return demote(event.object) }
      if let last = state.done.last { cause(last, of: place) }
    default: state.isClosed = true
    }
  }
}
