import LockcheckTrace

/// A made-up run in which pairs of threads take two locks in opposite orders, far apart, among a
/// million events that mean nothing.
///
/// A third of the pairs can deadlock. In another third the second thread first reads what the first one
/// wrote while it held both locks, so that no schedule of the same run lets them meet; in the last third
/// both hold a lock of the pair's own around it. The background orders nothing by data: a thread reads
/// only what it wrote itself.
struct PlantedRun: EventSource {
  let header = TraceHeader()

  /// What becomes of a pair.
  private enum Kind: Int, CaseIterable {
    case real, orderedByData, gated
  }

  /// One side of a pair.
  private struct Nest {
    var kind: Kind
    var pair: Int
    var thread: ThreadID
    var isSecond: Bool
    /// Before which event of the run it stands.
    var place: Int
  }

  private static let threads = 8
  private static let locks = 64
  private let eventCount: Int
  private let pairs: Int
  private var random: SeededGenerator
  /// Those to come, the next one last.
  private var nests: [Nest] = []
  private var made = 0
  private var isDeclared = false

  /// - Parameters:
  ///   - events: About how many there are: the last section is finished.
  ///   - pairs: How many pairs of each kind.
  init(events: Int, pairs: Int = 20, seed: UInt64 = 1) {
    eventCount = events
    self.pairs = pairs
    random = SeededGenerator(seed: seed)
    for kind in Kind.allCases {
      for pair in 0..<pairs { plant(kind, kind.rawValue * pairs + pair) }
    }
    nests.sort { $0.place > $1.place }
  }

  private mutating func plant(_ kind: Kind, _ pair: Int) {
    // Data go from the lower half of the threads to the upper one, real pairs the other way: data of one
    // pair never order another one.
    let (low, high) = (next(Self.threads / 2), Self.threads / 2 + next(Self.threads / 2))
    let (first, second) = kind == .orderedByData ? (low, high) : (high, low)
    let third = max(eventCount / 3, 1)
    nests.append(
      Nest(kind: kind, pair: pair, thread: ThreadID(first), isSecond: false, place: next(third)))
    nests.append(
      Nest(
        kind: kind, pair: pair, thread: ThreadID(second), isSecond: true,
        place: 2 * third + next(third)))
  }

  mutating func read(into events: inout [Event], tables: inout TraceTables) -> Bool {
    if !isDeclared { declare(&tables) }
    events.removeAll(keepingCapacity: true)
    while events.count < 4096, made < eventCount || !nests.isEmpty {
      let before = events.count
      if let nest = nests.last, nest.place <= made || made >= eventCount {
        append(nests.removeLast(), to: &events)
      } else {
        appendSection(to: &events)
      }
      made += events.count - before
    }
    return !events.isEmpty
  }

  private mutating func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}

// MARK: - Things

extension PlantedRun {
  private static func shared(_ lock: Int) -> Int { locks + lock }
  private static func own(_ lock: Int, _ thread: ThreadID) -> Int {
    2 * locks + lock * threads + thread.index
  }
  /// A, B, the gate and the variable of a pair.
  private static func planted(_ pair: Int, _ which: Int) -> Int {
    locks * (2 + threads) + 4 * pair + which
  }

  private mutating func declare(_ tables: inout TraceTables) {
    isDeclared = true
    for thread in 0..<Self.threads { tables.threads.append(ThreadRow(name: "T\(thread)")) }
    for lock in 0..<Self.locks { _ = tables.objects.append(kind: .lock, name: "L\(lock)") }
    for lock in 0..<Self.locks { _ = tables.objects.append(kind: .variable, name: "s\(lock)") }
    for lock in 0..<Self.locks {
      for thread in 0..<Self.threads {
        _ = tables.objects.append(kind: .variable, name: "x\(lock)_\(thread)")
      }
    }
    for pair in 0..<pairs * Kind.allCases.count {
      for name in ["A", "B", "G"] {
        _ = tables.objects.append(kind: .lock, name: "\(name)\(pair)")
      }
      _ = tables.objects.append(kind: .variable, name: "v\(pair)")
    }
    for place in 0..<64 {
      tables.frames.append(Frame(function: "work\(place)()", file: "Work.swift", line: place + 1))
      tables.stacks.append(CallStack([FrameID(place)]))
    }
  }

  private func add(
    _ operation: Operation, _ object: Int, _ thread: ThreadID, to events: inout [Event]
  ) {
    events.append(Event(operation, by: thread, on: ObjectID(object), at: StackID(object & 63)))
  }

  /// One or two locks, in the one order that all threads keep to, and some accesses under them.
  private mutating func appendSection(to events: inout [Event]) {
    let thread = ThreadID(next(Self.threads))
    let outer = next(Self.locks)
    let inner =
      next(2) == 0 && outer + 1 < Self.locks ? outer + 1 + next(Self.locks - outer - 1) : nil
    add(.acquire, outer, thread, to: &events)
    if let inner { add(.acquire, inner, thread, to: &events) }
    for _ in 0..<4 {
      let variable = next(4) == 0 ? Self.shared(outer) : Self.own(outer, thread)
      let isWrite = variable == Self.shared(outer) || next(3) == 0
      add(isWrite ? .write : .read, variable, thread, to: &events)
    }
    if let inner { add(.release, inner, thread, to: &events) }
    add(.release, outer, thread, to: &events)
  }

  private func append(_ nest: Nest, to events: inout [Event]) {
    let (a, b) = (Self.planted(nest.pair, 0), Self.planted(nest.pair, 1))
    let (gate, variable) = (Self.planted(nest.pair, 2), Self.planted(nest.pair, 3))
    let (outer, inner) = nest.isSecond ? (b, a) : (a, b)
    if nest.kind == .orderedByData, nest.isSecond { add(.read, variable, nest.thread, to: &events) }
    if nest.kind == .gated { add(.acquire, gate, nest.thread, to: &events) }
    add(.acquire, outer, nest.thread, to: &events)
    add(.acquire, inner, nest.thread, to: &events)
    if nest.kind == .orderedByData, !nest.isSecond {
      add(.write, variable, nest.thread, to: &events)
    }
    add(.release, inner, nest.thread, to: &events)
    add(.release, outer, nest.thread, to: &events)
    if nest.kind == .gated { add(.release, gate, nest.thread, to: &events) }
  }
}
