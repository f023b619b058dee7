public import LockcheckTrace

/// A run as a recorder writes it down that orders plain accesses by clocks and leaves out repeated ones.
///
/// Every other event stands where it took effect. An access is left out if its thread has written down the
/// same, or a write of the same variable, and has since done nothing that another thread can learn of; an atomic
/// read, if it has written down the same, and nothing atomic has written the variable since. The others stand somewhere after the event before them of their thread and before the one after them.
public struct ClockedTrace {
  /// What is written down.
  public private(set) var trace: Trace
  /// By event of it: its place in the run.
  public private(set) var places: [Int] = []

  /// Writes a run down.
  public init(of run: Trace, seed: UInt64) {
    trace = run
    trace.header.accessOrder = .approximate
    trace.header.hasExactAtomics = true
    var random = SeededGenerator(seed: seed)
    let kept = Self.kept(in: run)
    var clocks: [(clock: Double, place: Int)] = []
    for thread in run.tables.threads.indices {
      let own = kept.filter { run.events[$0].thread.index == thread }
      var last = -1.0
      for (number, place) in own.enumerated() {
        let event = run.events[place]
        var clock = Double(place)
        if event.operation == .read || event.operation == .write {
          let next = number + 1 < own.count ? own[number + 1] : run.events.count
          let low = max(last, Double(Self.birth(of: place, in: run)))
          let high = Double(min(next, Self.join(of: event.thread, after: place, in: run)))
          // Often where it took effect, so that something is certain.
          if Int.random(in: 0..<3, using: &random) > 0 {
            clock = Double.random(in: low.nextUp..<high, using: &random)
          }
        }
        clock = max(clock, last.nextUp)
        last = clock
        clocks.append((clock, place))
      }
    }
    places = clocks.sorted { ($0.clock, $0.place) < ($1.clock, $1.place) }.map(\.place)
    trace.events = places.map { run.events[$0] }
  }

  /// The places of the events that are written down.
  private static func kept(in run: Trace) -> [Int] {
    var known: Set<[UInt32]> = []
    var atomics: Set<[UInt32]> = []
    return run.events.indices.filter { place in
      let event = run.events[place]
      let thread = event.thread.rawValue
      let isWrite = event.operation == .write
      if event.operation == .atomicRead {
        return atomics.insert([thread, event.object.rawValue]).inserted
      }
      if event.operation == .atomicWrite || event.operation == .atomicUpdate {
        atomics = atomics.filter { $0[1] != event.object.rawValue }
      }
      if event.operation != .read, !isWrite { atomics = atomics.filter { $0[0] != thread } }
      guard isWrite || event.operation == .read else {
        known = known.filter { $0[0] != thread }
        return true
      }
      if known.contains([thread, event.object.rawValue, 1]) { return false }
      return known.insert([thread, event.object.rawValue, isWrite ? 1 : 0]).inserted
    }
  }

  /// The fork of the thread whose first event since then it is; -1 where there is none.
  private static func birth(of place: Int, in run: Trace) -> Int {
    let thread = run.events[place].thread
    return run.events[..<place].lastIndex { $0.operation == .fork && $0.child == thread } ?? -1
  }

  /// The join that finds the thread at its end.
  private static func join(of thread: ThreadID, after place: Int, in run: Trace) -> Int {
    run.events[place...].firstIndex {
      $0.operation == .join && $0.isEffective && $0.child == thread
    } ?? run.events.count
  }
}
