import LockcheckTrace

/// How far a schedule has come.
struct ScheduleState {
  /// How much was done to an object.
  private struct History {
    var count = 0
    /// Whether it was the same as in the trace, in the same order.
    var isAsInTrace = true
  }

  /// How many events were done.
  private(set) var count = 0
  /// The latest of them in the trace.
  private(set) var highest = -1
  /// The state of each object that keeps to its rules.
  var objects = PlainObjects()
  /// The last event of each thread.
  private var last = DenseTable<Int?>(blank: nil)
  /// The latest write to each variable.
  private var written = DenseTable<Int?>(blank: nil)
  private var histories = DenseTable(blank: History())

  /// The event that a thread did last.
  func last(of thread: ThreadID) -> Int? { last[thread.rawValue] }

  /// The write that a read sees now.
  func written(_ variable: ObjectID) -> Int? { written[variable.rawValue] }

  /// Whether what was done to an object is what the trace has before its event of that place.
  func isSamePast(of object: ObjectID, before ordinal: Int) -> Bool {
    let history = histories[object.rawValue]
    return history.isAsInTrace && history.count == ordinal
  }

  /// Takes note that a thread has done an event.
  mutating func note(_ index: Int, by thread: ThreadID) {
    count += 1
    highest = max(highest, index)
    last[thread.rawValue] = index
  }

  /// Takes note that the event of that place was done to an object.
  mutating func note(ordinal: Int, on object: ObjectID) {
    var history = histories[object.rawValue]
    if history.count != ordinal { history.isAsInTrace = false }
    history.count += 1
    histories[object.rawValue] = history
  }

  /// Takes note of a write.
  mutating func noteWrite(_ index: Int, to variable: ObjectID) {
    written[variable.rawValue] = index
  }
}
