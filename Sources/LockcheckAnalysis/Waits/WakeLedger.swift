import LockcheckTrace

/// Who raised flags that nobody saw, and who got items without saying that they are done.
struct WakeLedger: Sendable {
  /// The flag of an event.
  private struct Flag {
    var isUp = false
    /// The set that raised it last.
    var raised: Notice?
    /// Whether a wait ended, or was there to be ended, since.
    var isAnswered = false
    var waiting = 0
    var setters: Set<ThreadID> = []
  }

  /// The items of a queue, by who got them.
  private struct Tasks {
    var got: UInt64 = 0
    var undone: [ThreadID: Int] = [:]
    var last: [ThreadID: Notice] = [:]
  }

  private var flags: [ObjectID: Flag] = [:]
  private var queues: [ObjectID: Tasks] = [:]

  mutating func set(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    var flag = flags.removeValue(forKey: event.object) ?? Flag()
    flag.setters.insert(event.thread)
    if !flag.isUp {
      flag.isUp = true
      flag.raised = Notice(event, at: index, in: run)
      flag.isAnswered = flag.waiting > 0
    }
    flags[event.object] = flag
  }

  mutating func clear(_ event: Event) { flags[event.object]?.isUp = false }

  mutating func wait(_ event: Event, in run: borrowing Run) {
    if event.isPending {
      flags[event.object, default: Flag()].waiting += 1
      return
    }
    if let entry = run.pending.entry(of: event.thread), entry.event.operation == .wait,
      entry.event.object == event.object
    {
      flags[event.object]?.waiting -= 1
    }
    if event.isEffective { flags[event.object]?.isAnswered = true }
  }

  mutating func get(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    queues[event.object, default: Tasks()].got += 1
    queues[event.object]?.undone[event.thread, default: 0] += 1
    queues[event.object]?.last[event.thread] = Notice(event, at: index, in: run)
  }

  mutating func taskDone(_ event: Event) {
    guard event.isEffective else { return }
    queues[event.object, default: Tasks()].undone[event.thread, default: 0] -= 1
  }

  /// The set that came before the wait and that no wait saw; nil where there is none.
  func missedSet(before wait: PendingEvents.Entry) -> Notice? {
    guard let flag = flags[wait.event.object], !flag.isUp, !flag.isAnswered,
      let raised = flag.raised, raised.index < wait.index
    else { return nil }
    return raised
  }

  /// Who has ever set the event.
  func setters(of event: ObjectID) -> Set<ThreadID> { flags[event]?.setters ?? [] }

  /// How many items of a queue have been got.
  func got(from queue: ObjectID) -> UInt64 { queues[queue]?.got ?? 0 }

  /// Who got more items than they said were done, each with the last one, in order.
  func undone(of queue: ObjectID) -> [Notice] {
    guard let tasks = queues[queue] else { return [] }
    return tasks.undone.filter { $0.value > 0 }.keys
      .compactMap { tasks.last[$0] }
      .sorted { $0.index < $1.index }
  }
}
