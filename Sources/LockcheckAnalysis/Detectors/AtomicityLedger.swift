import LockcheckFindings
import LockcheckTrace

/// A block that something of other threads falls into.
struct Interruption {
  /// Where the block began.
  var begin: Access
  /// What comes after one event of the block and before another; absent where only a thread is known.
  var foreign: BlockMark
  /// The event of the block that closes the cycle.
  var closing: Access
  /// To what it is done.
  var object: ObjectID
  /// Which thread it waits for, where it is a join.
  var child: ThreadID

  /// The events, in the order of the trace.
  var events: [Int] {
    [begin.index] + (foreign.event.isPresent ? [foreign.event.index] : []) + [closing.index]
  }

  func steps(in run: borrowing Run) -> [Step] {
    var steps = [begin.step(on: .absent, in: run)]
    if foreign.event.isPresent { steps.append(foreign.step(in: run)) }
    var last = closing.step(on: object, in: run)
    last.child = child
    return steps + [last]
  }
}

/// The violations found so far: one entry for each object and places in the code.
struct AtomicityLedger {
  private struct Key: Hashable {
    var object: ObjectID
    var begin: StackID
    var foreign: StackID
    var foreignObject: ObjectID
    var foreignOperation: Operation
    var closing: StackID
    var closingOperation: Operation

    init(_ interruption: Interruption) {
      object = interruption.object
      begin = interruption.begin.stack
      foreign = interruption.foreign.event.stack
      foreignObject = interruption.foreign.object
      foreignOperation = interruption.foreign.event.operation
      closing = interruption.closing.stack
      closingOperation = interruption.closing.operation
    }
  }

  private struct Entry {
    var first: Interruption
    var occurrences: [[Int]]
    var count = 1
  }

  private var entries: [Entry] = []
  private var places: [Key: Int] = [:]

  /// How many occurrences of one entry are kept; the count goes on.
  private static let occurrenceLimit = 1_000_000

  /// Takes note of a violation, later than those before.
  mutating func note(_ interruption: Interruption) {
    let key = Key(interruption)
    guard let place = places[key] else {
      places[key] = entries.count
      entries.append(Entry(first: interruption, occurrences: [interruption.events]))
      return
    }
    entries[place].count += 1
    if entries[place].occurrences.count < Self.occurrenceLimit {
      entries[place].occurrences.append(interruption.events)
    }
  }

  func findings(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    for entry in entries {
      // What the accesses say of the order of two threads is as good as their order in the trace.
      let isCertain = run.accessOrder == .exact
      var finding = Finding(
        .atomicityViolation, isCertain ? .observed : .possible, .interleaved,
        steps: entry.first.steps(in: run),
        assumes: run.assumptions.filter { $0 != .valuesNotTraced })
      finding.occurrences = entry.occurrences
      finding.occurrenceCount = entry.count
      findings.append(finding)
    }
    return findings
  }
}
