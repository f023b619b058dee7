import LockcheckFindings
import LockcheckTrace

/// A variable that is read in one section of a lock and written in another.
struct SplitSection {
  var variable: ObjectID
  var lock: ObjectID
  var read: Access
  var write: Access
  /// When the second section began.
  var start: Moment
  /// Where the lock was taken, both times.
  var stacks: (first: StackID, second: StackID)
}

/// The split sections so far: one entry for each variable and two places in the code, with what another
/// thread does meanwhile once that is known.
struct SplitSectionLedger {
  private struct Entry {
    var split: SplitSection
    var foreign: Access
    var count: Int
    /// The next entry of the same variable; -1: none.
    var next: Int32

    /// Whether the other thread's write came between the two sections in this run.
    var isInterrupted: Bool {
      split.read.moment < foreign.moment && foreign.moment < split.write.moment
    }
  }

  private var entries: [Entry] = []
  /// By object: the first of the variable's entries; -1: none.
  private var heads = FlatTable(blank: Int32(-1))

  /// How many entries a variable may have: each is looked at when another thread writes it.
  private static let entryLimit = 8

  /// Takes note of two sections, and of another thread's write that may come between, where there is one.
  mutating func note(_ split: SplitSection, _ foreign: Access) {
    let head = split.variable.index
    heads.reach(head)
    var count = 0
    var place = heads[head]
    while place >= 0 {
      let stacks = entries[Int(place)].split.stacks
      if stacks == split.stacks { return merge(split, foreign, into: Int(place)) }
      place = entries[Int(place)].next
      count += 1
    }
    guard count < Self.entryLimit else { return }
    let entry = Entry(
      split: split, foreign: foreign, count: foreign.isPresent ? 1 : 0, next: heads[head])
    heads[head] = Int32(entries.count)
    entries.append(entry)
  }

  private mutating func merge(_ split: SplitSection, _ foreign: Access, into place: Int) {
    let new = Entry(split: split, foreign: foreign, count: 1, next: -1)
    let isConfirmed = entries[place].foreign.isPresent
    if foreign.isPresent { entries[place].count += 1 }
    // What happened is told rather than what can.
    guard !isConfirmed || (new.isInterrupted && !entries[place].isInterrupted) else { return }
    entries[place].split = split
    entries[place].foreign = foreign
  }

  /// A locked write by some thread: may it come between two sections of another's that are over?
  @inline(__always)
  mutating func confirm(by write: Access, on variable: ObjectID, in run: borrowing Run) {
    guard variable.index < heads.count, heads[variable.index] >= 0 else { return }
    confirmAll(from: heads[variable.index], by: write, in: run)
  }

  private mutating func confirmAll(from head: Int32, by write: Access, in run: borrowing Run) {
    var next = head
    while next >= 0 {
      let place = Int(next)
      next = entries[place].next
      let split = entries[place].split
      if !entries[place].foreign.isPresent, split.write.thread != write.thread,
        run.held.owner(of: split.lock) == write.thread,
        !run.mustOrder.isKnown(split.write.thread, split.start, to: write.thread)
      {
        entries[place].foreign = write
        entries[place].count = 1
      }
    }
  }

  /// The variable is gone; another one has its number.
  mutating func forget(_ variable: ObjectID) {
    if variable.index < heads.count { heads[variable.index] = -1 }
  }

  func findings(in run: borrowing Run) -> [Finding] {
    var findings: [Finding] = []
    for entry in entries where entry.foreign.isPresent {
      let split = entry.split
      var finding = Finding(
        .atomicityViolation, .possible, .split(lock: split.lock),
        steps: [
          split.read.step(on: split.variable, in: run),
          entry.foreign.step(on: split.variable, in: run),
          split.write.step(on: split.variable, in: run),
        ])
      finding.occurrenceCount = entry.count
      findings.append(finding)
    }
    return findings
  }
}
