public import LockcheckFindings
public import LockcheckTrace

/// Finds a check and a change that ought to be in one section of a lock and are in two.
///
/// A pattern, in one pass. A thread takes a lock and reads a variable there, gives the lock back, takes
/// it again further down in the same call of the same function, and writes the variable without having
/// read it again. Another thread writes the variable under that lock too, in between in this run or at a
/// time that nothing but locks puts before the first section or after the second.
///
/// A section is what a thread does from the first lock that it takes until it holds none, so that no
/// lock is held from the check to the change. Of each thread a few variables are kept that it has read
/// of late (`Glance`), of each variable the last locked writes by two threads (`LockedWrites`).
///
/// Misses changes that read the variable again, checks of one variable that a change of another follows
/// from, sections inside another lock, and whatever has no stacks that name functions and lines. Reports
/// wrongly what may be overwritten whatever it was by then: hence `possible`.
public struct SplitSectionDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [
    .acquire, .wait, .read, .write, .create, .begin, .end,
  ]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.atomicityViolation]

  /// Whether a section has begun whose place in the code may be known.
  private var isAwake = false
  private var threads = FlatTable(blank: ThreadSections())
  /// What each thread has read of late: ``glancesPerThread`` places for each.
  private var glances = FlatTable(blank: Glance())
  private var writes = LockedWrites()
  private var relations = CallRelations()
  private var ledger = SplitSectionLedger()

  private static let glancesPerThread = 16
  /// How many sections a thread may have had between the check and the change.
  private static let reach: UInt32 = 16

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  @inline(__always)
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .read: if isAwake, event.isEffective { read(event, at: index, in: run) }
    case .write: if isAwake, event.isEffective { write(event, at: index, in: run) }
    case .acquire:
      if run.held.set(of: event.thread) == .none { beginSection(event, at: index, in: run) }
    default: observeRare(event, at: index, in: run)
    }
  }

  private mutating func observeRare(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .wait: if isAwake { passWait(event, at: index, in: run) }
    case .create:
      writes.forget(event.object)
      ledger.forget(event.object)
    case .begin:
      threads.reach(event.thread.index)
      threads[event.thread.index].beginBlock(at: Moment(index + 1))
    case .end:
      threads.reach(event.thread.index)
      threads[event.thread.index].endBlock()
    default: break
    }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    Detections(findings: ledger.findings(in: run))
  }
}

// MARK: - Sections

/// From the first lock that a thread takes until it holds none.
private struct LockedSpan: BitwiseCopyable {
  /// How many sections the thread had before.
  var number: UInt32 = 0
  /// The first lock; absent where it is not one that a thread holds.
  var lock = ObjectID.absent
  /// When it was taken.
  var start: Moment = 0
  /// Where; absent where a wait cut the section in two.
  var stack = StackID.absent
}

/// How a thread stands.
private struct ThreadSections: BitwiseCopyable {
  var section = LockedSpan()
  /// How many blocks meant to be atomic are open.
  private var depth = 0
  /// When the outermost of them began.
  private var blockStart: Moment = 0

  mutating func beginBlock(at moment: Moment) {
    if depth == 0 { blockStart = moment }
    depth += 1
  }

  mutating func endBlock() { depth = max(0, depth - 1) }

  mutating func begin(_ lock: ObjectID, at moment: Moment, stack: StackID) {
    section = LockedSpan(number: section.number &+ 1, lock: lock, start: moment, stack: stack)
  }

  /// Whether a block that is open now was open at `moment`.
  func isInOneBlock(since moment: Moment) -> Bool { depth > 0 && blockStart < moment }
}

/// What a thread last did to a variable in a section.
private struct Glance: BitwiseCopyable {
  var variable = ObjectID.absent
  /// Whether it has written it, then or since.
  var isWritten = false
  var section = LockedSpan()
  /// The first read of the section.
  var read = Access.none
}

extension SplitSectionDetector {
  private mutating func beginSection(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective else { return }
    if !isAwake {
      guard event.stack.isPresent, relations.canTell(event.stack, in: run.tables) else { return }
      isAwake = true
    }
    meet(event.thread)
    let lock = run.isHeldByThread(event.object) ? event.object : .absent
    threads[event.thread.index].begin(lock, at: Moment(index + 1), stack: event.stack)
  }

  /// A wait on a condition gives the lock up: what follows is another section, in which no place in the
  /// code takes the lock.
  private mutating func passWait(_ event: Event, at index: Int, in run: borrowing Run) {
    guard !event.isPending, run.conditionLock(of: event).isPresent else { return }
    meet(event.thread)
    let lock = threads[event.thread.index].section.lock
    threads[event.thread.index].begin(lock, at: Moment(index + 1), stack: .absent)
  }

  private mutating func meet(_ thread: ThreadID) {
    threads.reach(thread.index)
    glances.reach((thread.index + 1) * Self.glancesPerThread - 1)
  }

  /// Where the thread's glance at a variable is; nil where it never was in a section.
  @inline(__always)
  private func place(of variable: ObjectID, by thread: ThreadID) -> Int? {
    guard thread.index < threads.count, variable.isPresent else { return nil }
    let place =
      thread.index * Self.glancesPerThread + variable.index & (Self.glancesPerThread - 1)
    return place < glances.count ? place : nil
  }
}

// MARK: - Accesses

extension SplitSectionDetector {
  @inline(__always)
  private mutating func read(_ event: Event, at index: Int, in run: borrowing Run) {
    let held = run.held.set(of: event.thread)
    guard held != .none, let place = place(of: event.object, by: event.thread) else { return }
    let section = threads[event.thread.index].section
    if glances[place].variable == event.object, glances[place].section.number == section.number {
      return
    }
    glances[place] = Glance(
      variable: event.object, section: section, read: Access(event, at: index, held: held))
  }

  @inline(__always)
  private mutating func write(_ event: Event, at index: Int, in run: borrowing Run) {
    guard let place = place(of: event.object, by: event.thread) else { return }
    let held = run.held.set(of: event.thread)
    let isKnown = glances[place].variable == event.object
    guard held != .none else {
      if isKnown { glances[place].isWritten = true }
      return
    }
    let access = Access(event, at: index, held: held)
    let section = threads[event.thread.index].section
    ledger.confirm(by: access, on: event.object, in: run)
    if isKnown, isSplit(glances[place], section) {
      noteSplit(glances[place], section, access, in: run)
    }
    writes.note(access, on: event.object)
    glances[place] = Glance(variable: event.object, isWritten: true, section: section)
  }

  /// Whether the thread's last look at the variable was in a section of the same lock before this one.
  @inline(__always)
  private func isSplit(_ glance: Glance, _ section: LockedSpan) -> Bool {
    !glance.isWritten && glance.section.lock == section.lock
      && glance.section.number != section.number && glance.section.stack != section.stack
      && section.number &- glance.section.number <= Self.reach
  }

  private mutating func noteSplit(
    _ glance: Glance, _ section: LockedSpan, _ write: Access, in run: borrowing Run
  ) {
    guard run.held.owner(of: section.lock) == write.thread,
      run.held.holds(section.lock, exclusively: false, in: glance.read.held),
      !threads[write.thread.index].isInOneBlock(since: glance.section.start),
      relations.isFurtherDown(section.stack, than: glance.section.stack, in: run.tables)
    else { return }
    let split = SplitSection(
      variable: glance.variable, lock: section.lock, read: glance.read, write: write,
      start: section.start, stacks: (glance.section.stack, section.stack))
    let foreign = writes.last(on: glance.variable, otherThanBy: write.thread) {
      run.held.holds(section.lock, exclusively: true, in: $0.held)
        && !run.mustOrder.isKnown($0.thread, $0.moment, to: write.thread)
    }
    ledger.note(split, foreign)
  }
}

// MARK: - Places in the code

/// What has been asked of pairs of stacks, and the answers.
private struct CallRelations {
  private struct Pair: Hashable {
    var earlier: StackID
    var later: StackID
  }

  private var known: [Pair: Bool] = [:]

  /// Whether anything can ever be said of a stack: it names a function, or has yet to be looked up.
  func canTell(_ stack: StackID, in tables: borrowing TraceTables) -> Bool {
    tables.stacks[stack.index].frames.contains {
      tables[$0].function != nil || tables[$0].isUnresolved
    }
  }

  /// Whether the later place may be further down in one call of a function: what only names can tell is
  /// told when there are names.
  mutating func isFurtherDown(
    _ later: StackID, than earlier: StackID, in tables: borrowing TraceTables
  ) -> Bool {
    let pair = Pair(earlier: earlier, later: later)
    if let answer = known[pair] { return answer }
    let answer = tables.isFurtherDown(later, than: earlier) ?? true
    known[pair] = answer
    return answer
  }
}
