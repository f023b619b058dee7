import LockcheckAnalysis
import LockcheckCodecs
import LockcheckFindings
import LockcheckTrace

/// How many of everything there are in a trace.
struct Census {
  private(set) var header = TraceHeader()
  var tables = TraceTables()
  private(set) var losses: [TraceLoss] = []
  private(set) var eventCount = 0
  /// By the raw value of the operation.
  private(set) var operations = [Int](repeating: 0, count: Operation.allCases.count)
  /// By ``ThreadID``.
  private(set) var eventsOfThread: [Int] = []
  /// By ``ObjectID``: how often it was taken.
  private(set) var acquires: [Int] = []
  /// How long threads waited for each lock and held it.
  private(set) var times = LockTimes()
  /// The first and last moment, in nanoseconds; nil where the trace has no times.
  private(set) var span: ClosedRange<UInt64>?

  /// Reads everything that `decoder` has, and keeps none of the events.
  init(of decoder: any TraceDecoder, watch: (Int) -> Void) throws {
    var decoder = decoder
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &tables) {
      for event in events { count(event) }
      watch(eventCount)
    }
    header = decoder.header
    losses = decoder.losses
  }

  private mutating func count(_ event: Event) {
    times.observe(event, at: eventCount, in: tables)
    eventCount += 1
    operations[Int(event.operation.rawValue)] += 1
    eventsOfThread.increment(at: event.thread.index)
    if event.operation == .acquire, event.isEffective {
      acquires.increment(at: event.object.index)
    }
    if let time = event.time {
      span = min(span?.lowerBound ?? time, time)...max(span?.upperBound ?? time, time)
    }
  }

  /// The locks and semaphores that were taken most often, most first.
  func busiest(_ limit: Int) -> [(object: ObjectID, count: Int)] {
    acquires.enumerated().filter { $0.element > 0 }
      .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
      .prefix(limit).map { (ObjectID($0.offset), $0.element) }
  }
}

extension [Int] {
  fileprivate mutating func increment(at index: Int) {
    while count <= index { append(0) }
    self[index] += 1
  }
}
