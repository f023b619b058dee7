import LockcheckFindings
import LockcheckTrace

/// What is known of one condition: who waits, who notifies, what those who notify write.
struct ConditionRecord: Sendable {
  /// Somebody who waits.
  struct Waiter: Sendable {
    var index: Int
    /// When the section began that the wait is in.
    var began: Moment
    /// What was read in the section before the wait; nil where that was too much to keep.
    var reads: [ObjectID]?
    /// What of it was read before the condition's lock was taken.
    var outer: OuterReads
    /// A notify that came during the wait, and need not have.
    var notice: Notice?
    /// Whether a notify came that the wait had to come before.
    var isOrdered = false
  }

  /// How many variables are kept that notifiers write.
  static let writeLimit = 256
  /// How many waiters a notify is compared with; where more wait at once, the order of waits and
  /// notifies is not looked at.
  static let waiterLimit = 64

  var waiters: [ThreadID: Waiter] = [:]
  /// By variable that a notifier wrote before or at a notify: which one; absent where several did.
  var writes: [ObjectID: ThreadID] = [:]
  var notifiers: Set<ThreadID> = []
  var lastNotify = -1
  /// The last notify, if nobody waited then.
  var unanswered: Notice?
  /// Whether another thread than the notifier has been through a section of the lock since in which it
  /// may have made use of what the notify was about.
  var isSeen = false
  /// Whether more have waited at once than notifies are compared with.
  var isCrowded = false

  mutating func noteWrite(_ variable: ObjectID, by thread: ThreadID) {
    if let known = writes[variable] {
      if known != thread { writes[variable] = .absent }
    } else if writes.count < Self.writeLimit {
      writes[variable] = thread
    }
  }

  /// Tells which waits the notify has to come after.
  mutating func compare(_ notice: Notice, in run: borrowing Run) {
    if waiters.count > Self.waiterLimit { isCrowded = true }
    if isCrowded { return }
    for (thread, waiter) in waiters {
      if run.mustOrder.isKnown(thread, waiter.began, to: notice.event.thread) {
        waiters[thread]?.isOrdered = true
      } else if waiter.notice == nil {
        waiters[thread]?.notice = notice
      }
    }
  }

  /// Whether somebody who notifies, other than `thread`, writes the variable.
  func isWritten(_ variable: ObjectID, byOthersThan thread: ThreadID) -> Bool {
    writes[variable].map { $0 != thread } ?? false
  }

  /// Whether anybody who notifies, other than `thread`, writes anything.
  func isWritten(byOthersThan thread: ThreadID) -> Bool {
    writes.values.contains { $0 != thread }
  }
}

/// Every condition of the run, and what threads read and write around waits and notifies.
struct ConditionLedger: Sendable {
  private(set) var records: [ObjectID: ConditionRecord] = [:]
  /// By lock: the conditions that it belongs to.
  private var conditions: [[ObjectID]] = []
  /// By thread.
  private var sections: [SectionAccesses] = []
  private var rechecks = RecheckLedger()
  private(set) var unlooked = UnlookedWaits()

  mutating func acquire(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective, run.held.set(of: event.thread) == .none else { return }
    reach(event.thread)
    sections[event.thread.index].begin(at: Moment(index + 1))
  }

  @inline(__always)
  mutating func release(_ event: Event) {
    guard event.isEffective else { return }
    if event.object.index < conditions.count, !conditions[event.object.index].isEmpty {
      leave(event.object, by: event.thread)
    } else {
      rechecks.leave(event.object, by: event.thread)
    }
  }

  private mutating func leave(_ lock: ObjectID, by thread: ThreadID) {
    for condition in conditions[lock.index] {
      guard let record = records[condition], !record.isSeen, let notice = record.unanswered,
        notice.event.thread != thread, canHaveSeen(record, thread)
      else { continue }
      records[condition]?.isSeen = true
    }
    rechecks.leave(lock, by: thread)
  }

  /// Whether the thread may have learned in its section what the notify was about: it read what those
  /// who notify write, where that is recorded.
  private func canHaveSeen(_ record: ConditionRecord, _ thread: ThreadID) -> Bool {
    guard thread.index < sections.count, !sections[thread.index].isOverfull,
      record.isWritten(byOthersThan: thread)
    else { return true }
    return sections[thread.index].reads.contains { record.isWritten($0, byOthersThan: thread) }
  }

  mutating func access(_ event: Event, in run: borrowing Run) {
    reach(event.thread)
    let variable = event.object
    let isLocked = run.held.set(of: event.thread) != .none
    if event.operation.readsVariable {
      let held = run.held.set(of: event.thread)
      if isLocked { sections[event.thread.index].read(variable, holding: held) }
      rechecks.read(event, in: run)
    }
    guard event.operation.writesVariable else { return }
    sections[event.thread.index].write(variable)
    guard isLocked, !sections[event.thread.index].notified.isEmpty else { return }
    for condition in sections[event.thread.index].notified {
      records[condition]?.noteWrite(variable, by: event.thread)
    }
  }

  mutating func notify(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    meet(event, in: run)
    var record = records.removeValue(forKey: event.object) ?? ConditionRecord()
    record.notifiers.insert(event.thread)
    record.lastNotify = index
    let notice = Notice(event, at: index, in: run)
    record.unanswered = record.waiters.isEmpty ? notice : nil
    record.isSeen = false
    record.compare(notice, in: run)
    for variable in sections[event.thread.index].writes {
      record.noteWrite(variable, by: event.thread)
    }
    sections[event.thread.index].notify(event.object)
    records[event.object] = record
  }

  mutating func wait(_ event: Event, at index: Int, in run: borrowing Run) {
    meet(event, in: run)
    if event.isPending {
      let section = sections[event.thread.index]
      rechecks.waitAgain(event.thread)
      records[event.object, default: ConditionRecord()].waiters[event.thread] =
        ConditionRecord.Waiter(
          index: index, began: section.began, reads: section.isOverfull ? nil : section.reads,
          outer: section.outerReads(than: run.conditionLock(of: event), in: run.held))
    } else {
      endWait(event, at: index, in: run)
    }
  }

  private mutating func endWait(_ event: Event, at index: Int, in run: borrowing Run) {
    let waiter = records[event.object, default: ConditionRecord()].waiters
      .removeValue(forKey: event.thread)
    defer { sections[event.thread.index].forgetReads() }
    guard event.isEffective else { return }
    // A wait that the trace tells the end of alone may have had any notify.
    if waiter == nil { records[event.object]?.unanswered = nil }
    let section = sections[event.thread.index]
    let reads = waiter.map(\.reads) ?? (section.isOverfull ? nil : section.reads)
    let notice = Notice(event, at: index, in: run)
    if let reads {
      let lock = run.conditionLock(of: event)
      let outer = waiter?.outer ?? section.outerReads(than: lock, in: run.held)
      rechecks.waitEnded(notice, lock: lock, reads: reads, outer: outer)
    }
    if let reads, let waiter, !waiter.isOrdered, let notify = waiter.notice,
      event.attempt == .blocking
    {
      unlooked.note(notice, notify: notify, reads: reads, keepsPlaces: run.keepsHistory)
    }
  }

  /// Makes room for the thread, and remembers whose lock the condition's is: where the trace does not
  /// say it of a notify, any that the notifier holds.
  private mutating func meet(_ event: Event, in run: borrowing Run) {
    reach(event.thread)
    let lock = run.conditionLock(of: event)
    if lock.isPresent {
      associate(event.object, with: lock)
    } else if event.operation == .notify {
      for held in run.held.locks(of: run.held.set(of: event.thread)) {
        associate(event.object, with: held.object)
      }
    }
  }

  private mutating func associate(_ condition: ObjectID, with lock: ObjectID) {
    while conditions.count <= lock.index { conditions.append([]) }
    if !conditions[lock.index].contains(condition) { conditions[lock.index].append(condition) }
  }

  /// The waits that were not followed by another look.
  mutating func rechecks(in run: borrowing Run) -> [Finding] {
    rechecks.findings(records, in: run)
  }

  @inline(__always)
  private mutating func reach(_ thread: ThreadID) {
    while sections.count <= thread.index { sections.append(SectionAccesses()) }
  }
}

extension Operation {
  /// Whether the value of a variable is looked at.
  var readsVariable: Bool { self == .read || self == .atomicRead || self == .atomicUpdate }

  /// Whether the value of a variable is changed.
  var writesVariable: Bool { self == .write || self == .atomicWrite || self == .atomicUpdate }
}
