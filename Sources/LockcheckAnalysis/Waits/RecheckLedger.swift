import LockcheckFindings
import LockcheckTrace

/// Looks at what waiters read before a wait on a condition, and whether they read it again after.
///
/// A wait is settled when its thread waits again, or looks at one of those variables. A thread that has given
/// the lock back may be about to take it again and look then (a loop around the section).
///
/// What was read before the condition's lock was taken (``OuterReads``) is looked at again under the locks that it
/// was read under, once the thread has them back: until it gives them up once more, nothing is settled.
struct RecheckLedger: Sendable {
  /// A wait that is over, and what its thread has read since.
  private struct Recheck {
    var wait: Notice
    var lock: ObjectID
    var reads: [ObjectID]
    var readAgain: [ObjectID] = []
    var outer: OuterReads
    /// Whether the condition's lock was given back, and those that the outer reads were under not yet.
    var isBetween = false
    var hasLeft = false

    /// Whether the thread holds a lock under which what it reads will do as another look.
    func isLocked(_ thread: ThreadID, in run: borrowing Run) -> Bool {
      if !isBetween, run.held.holds(lock, by: thread) { return true }
      for lock in outer.locks where run.held.holds(lock, by: thread) { return true }
      return false
    }
  }

  /// What was read before waits at one place, and what of it after.
  struct Look: Sendable {
    var wait: Notice
    var notReadAgain: [ObjectID]
    var readAgain: [ObjectID]
    var events: [Int]
    var count: Int
  }

  struct Key: Hashable, Sendable {
    var condition: ObjectID
    var stack: StackID
  }

  /// How many different looks are kept of one place.
  private static let lookLimit = 8
  /// How many places are kept.
  private static let placeLimit = 10_000
  /// How many occurrences are kept of one look; the count goes on.
  private static let occurrenceLimit = 1_000

  /// By thread.
  private var open: [Recheck?] = []
  private var openCount = 0
  private var looks: [Key: [Look]] = [:]
  private var order: [Key] = []

  mutating func waitEnded(
    _ wait: Notice, lock: ObjectID, reads: [ObjectID], outer: OuterReads
  ) {
    settle(wait.event.thread)
    guard !reads.isEmpty, lock.isPresent else { return }
    while open.count <= wait.event.thread.index { open.append(nil) }
    open[wait.event.thread.index] = Recheck(
      wait: wait, lock: lock, reads: reads, outer: outer)
    openCount += 1
  }

  /// The thread waits once more.
  mutating func waitAgain(_ thread: ThreadID) { settle(thread) }

  @inline(__always)
  mutating func read(_ event: Event, in run: borrowing Run) {
    guard openCount > 0, event.thread.index < open.count, let recheck = open[event.thread.index]
    else { return }
    let isLookedAt = recheck.reads.contains(event.object)
    if recheck.hasLeft {
      guard isLookedAt else { return }
      if recheck.isLocked(event.thread, in: run) {
        close(event.thread)
      } else {
        settle(event.thread)
      }
      return
    }
    if recheck.isBetween {
      guard recheck.outer.variables.contains(event.object), recheck.isLocked(event.thread, in: run)
      else { return }
    }
    if isLookedAt, !recheck.readAgain.contains(event.object) {
      open[event.thread.index]?.readAgain.append(event.object)
    }
  }

  mutating func leave(_ lock: ObjectID, by thread: ThreadID) {
    guard openCount > 0, thread.index < open.count, let recheck = open[thread.index] else { return }
    if recheck.lock == lock {
      if recheck.outer.variables.isEmpty {
        open[thread.index]?.hasLeft = true
      } else {
        open[thread.index]?.isBetween = true
      }
    } else if recheck.isBetween, recheck.outer.locks.contains(lock) {
      open[thread.index]?.isBetween = false
      open[thread.index]?.hasLeft = true
    }
  }

  /// What waits came to, once all is known of who writes what.
  mutating func findings(
    _ records: [ObjectID: ConditionRecord], in run: borrowing Run
  ) -> [Finding] {
    for place in open.indices where open[place]?.hasLeft ?? false { settle(ThreadID(place)) }
    var findings: [Finding] = []
    for key in order {
      guard let record = records[key.condition] else { continue }
      for look in looks[key] ?? [] {
        let thread = look.wait.event.thread
        func isOfInterest(_ variable: ObjectID) -> Bool {
          record.isWritten(variable, byOthersThan: thread)
        }
        guard !look.readAgain.contains(where: isOfInterest),
          let variable = look.notReadAgain.last(where: isOfInterest)
        else { continue }
        findings.append(finding(look, variable, in: run))
      }
    }
    return findings
  }

  private func finding(_ look: Look, _ variable: ObjectID, in run: borrowing Run) -> Finding {
    // Of a program that was not written for the recorder only some of the reads may be there.
    let isWhole = run.accessOrder == .exact
    var finding = Finding(
      .waitWithoutRecheck, isWhole ? .observed : .possible, .notLookedAgain(variable: variable),
      steps: [look.wait.step(in: run)], objects: [look.wait.event.object, variable],
      assumes: run.assumptions.filter { $0 == .incompleteTrace })
    if !isWhole { finding.missing = .values }
    finding.occurrences = look.events.map { [$0] }
    finding.occurrenceCount = look.count
    return finding
  }

  private mutating func close(_ thread: ThreadID) {
    open[thread.index] = nil
    openCount -= 1
  }

  /// Keeps what came of the thread's last wait.
  private mutating func settle(_ thread: ThreadID) {
    guard openCount > 0, thread.index < open.count, let recheck = open[thread.index] else { return }
    close(thread)
    let key = Key(condition: recheck.wait.event.object, stack: recheck.wait.event.stack)
    let left = recheck.reads.filter { !recheck.readAgain.contains($0) }
    if looks[key] == nil {
      guard order.count < Self.placeLimit else { return }
      order.append(key)
    }
    var known = looks.removeValue(forKey: key) ?? []
    defer { looks[key] = known }
    let same = known.firstIndex {
      $0.wait.event.thread == thread && $0.notReadAgain == left && $0.readAgain == recheck.readAgain
    }
    if let same {
      known[same].count += 1
      if known[same].events.count < Self.occurrenceLimit {
        known[same].events.append(recheck.wait.index)
      }
    } else if known.count < Self.lookLimit {
      known.append(
        Look(
          wait: recheck.wait, notReadAgain: left, readAgain: recheck.readAgain,
          events: [recheck.wait.index], count: 1))
    }
  }
}
