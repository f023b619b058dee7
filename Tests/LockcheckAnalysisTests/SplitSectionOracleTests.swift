import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// A variable, and where the lock was taken before the check and before the change.
private struct Split: Hashable {
  var variable: ObjectID
  var first: StackID
  var second: StackID
}

/// Splits by their definition, asked of every three accesses.
private struct ReferenceSplits {
  private let trace: Trace
  private var order: [HappensBefore] = []
  /// For each event: the span of locks that its thread is in.
  private var spans: [Span?] = []
  /// For each event: the locks that its thread holds, and how.
  private var held: [[ObjectID: LockMode]] = []

  private struct Span: Equatable {
    var number: Int
    var start: Int
    var lock: ObjectID
  }

  init(_ trace: Trace) {
    self.trace = trace
    var now = HappensBefore(lockEdges: false)
    var holds: [ThreadID: [(lock: ObjectID, mode: LockMode)]] = [:]
    var current: [ThreadID: Span] = [:]
    var count = 0
    for (index, event) in trace.events.enumerated() {
      order.append(now)
      var locks = holds[event.thread] ?? []
      if event.operation == .acquire, event.isEffective {
        if locks.isEmpty {
          count += 1
          current[event.thread] = Span(number: count, start: index, lock: event.object)
        }
        locks.append((event.object, event.mode))
      } else if event.operation == .release {
        locks.remove(at: locks.lastIndex { $0.lock == event.object }!)
      }
      holds[event.thread] = locks
      spans.append(locks.isEmpty ? nil : current[event.thread])
      held.append(Dictionary(locks.map { ($0.lock, $0.mode) }) { $0 == .exclusive ? $0 : $1 })
      now.observe(event, at: index, lock: .absent, tables: trace.tables)
    }
  }

  var all: Set<Split> {
    var splits: Set<Split> = []
    for read in trace.events.indices where trace.events[read].operation == .read {
      for write in (read + 1)..<max(read + 1, trace.events.count)
      where trace.events[write].operation == .write {
        if let split = split(read, write) { splits.insert(split) }
      }
    }
    return splits
  }

  private func split(_ read: Int, _ write: Int) -> Split? {
    let (check, change) = (trace.events[read], trace.events[write])
    guard check.thread == change.thread, check.object == change.object, let a = spans[read],
      let b = spans[write], a.number != b.number, a.lock == b.lock,
      held[read][a.lock] != nil, held[write][a.lock] == .exclusive
    else { return nil }
    // Neither looked at nor written by the thread since, nor written before in the first span.
    for index in a.start..<write
    where trace.events[index].thread == check.thread && trace.events[index].object == check.object {
      let isRead = trace.events[index].operation == .read
      if isRead, spans[index] == nil || spans[index]?.number == a.number { continue }
      if isRead || trace.events[index].operation == .write { return nil }
    }
    let places = (trace.events[a.start].stack, trace.events[b.start].stack)
    guard trace.tables.isFurtherDown(places.1, than: places.0) == true else { return nil }
    let isSplit = trace.events.indices.contains { other in
      let event = trace.events[other]
      guard event.operation == .write, event.object == check.object,
        event.thread != check.thread, spans[other] != nil, held[other][b.lock] == .exclusive
      else { return false }
      return other < write
        ? !order[write].isKnown(event.thread, Moment(other + 1), to: check.thread)
        : !order[other].isKnown(check.thread, Moment(b.start + 1), to: event.thread)
    }
    return isSplit
      ? Split(variable: check.object, first: places.0, second: places.1) : nil
  }
}

@Suite struct `Split sections against their definition` {
  /// Five thousand small runs. Of two threads and one lock everything is found; of more, where a write that
  /// would do may be forgotten for a later one that does not, nothing else.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `are those of the definition`(piece: UInt64) {
    var found = 0
    for seed in piece * 100..<piece * 100 + 100 {
      let isSimple = seed % 2 == 0
      var run = SectionRun(seed: seed, threads: isSimple ? 2 : 3, locks: isSimple ? 1 : 2)
      let trace = run.make(events: 40 + Int(seed % 60))
      let findings = analyze(trace, with: [SplitSectionDetector()]).findings
      let splits = Set(findings.map { split($0) })
      let expected = ReferenceSplits(trace).all
      #expect(splits.isSubset(of: expected), "seed \(seed)")
      if isSimple { #expect(splits == expected, "seed \(seed)") }
      found += splits.count
    }
    #expect(found > 4)
  }

  private func split(_ finding: Finding) -> Split {
    guard case .split(let lock) = finding.reason else { preconditionFailure("\(finding)") }
    func place(_ step: Step) -> StackID { step.holding.first { $0.object == lock }!.stack }
    return Split(
      variable: finding.objects[0], first: place(finding.steps[0]),
      second: place(finding.steps[2]))
  }
}

/// A random run of threads that use two variables in sections of two locks, an rwlock among them, from a
/// few places in two functions; now and then outside any lock, and now and then in an order that an event
/// makes.
private struct SectionRun {
  private var random: SeededGenerator
  private var trace: Trace
  private let threads: Int
  private let locks: Int
  private var held: [[(lock: Int, mode: LockMode)]]

  init(seed: UInt64, threads: Int, locks: Int) {
    random = SeededGenerator(seed: seed)
    self.threads = threads
    self.locks = locks
    held = Array(repeating: [], count: threads)
    trace = LockcheckTestKit.trace("objects: L lock, M rwlock, x variable, y variable, E event")
    for number in 0..<threads { trace.tables.threads.append(ThreadRow(name: "T\(number)")) }
    for (function, line) in [("f", 3), ("f", 6), ("f", 9), ("g", 6)] {
      trace.tables.stacks.append(CallStack([FrameID(trace.tables.frames.count)]))
      trace.tables.frames.append(
        Frame(function: function, file: "\(function).swift", line: line))
    }
  }

  private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &random) }

  mutating func make(events: Int) -> Trace {
    while trace.events.count < events {
      let thread = roll(threads)
      switch roll(10) {
      case 0..<3: acquire(by: thread)
      case 3..<5: if !held[thread].isEmpty { release(by: thread) }
      case 5 where roll(4) == 0: add(roll(2) == 0 ? .set : .wait, thread, 4)
      default:
        if !held[thread].isEmpty || roll(8) == 0 {
          add(roll(2) == 0 ? .read : .write, thread, 2 + roll(2))
        }
      }
    }
    return trace
  }

  private mutating func add(
    _ operation: Operation, _ thread: Int, _ object: Int, _ mode: LockMode = .exclusive,
    at place: Int? = nil
  ) {
    var event = Event(
      operation, by: ThreadID(thread), on: ObjectID(object),
      at: place.map { StackID($0) } ?? .absent)
    event.mode = mode
    trace.events.append(event)
  }

  private mutating func acquire(by thread: Int) {
    // Mostly one lock, so that sections are split more often than nested.
    guard held[thread].isEmpty || roll(5) == 0 else { return }
    let lock = locks == 1 || roll(3) == 0 ? 0 : 1
    let mode: LockMode = lock == 1 && roll(3) == 0 ? .shared : .exclusive
    let isTaken = held.joined().contains {
      $0.lock == lock && ($0.mode == .exclusive || mode == .exclusive)
    }
    guard !isTaken, !held[thread].contains(where: { $0.lock == lock }) else { return }
    add(.acquire, thread, lock, mode, at: roll(4))
    held[thread].append((lock, mode))
  }

  private mutating func release(by thread: Int) {
    let hold = held[thread].remove(at: roll(held[thread].count))
    add(.release, thread, hold.lock, hold.mode)
  }
}
