public import LockcheckFindings
public import LockcheckTrace

/// Finds blocks meant to be atomic that no serial order of the blocks explains.
///
/// Conflict-serializability, event by event, of Velodrome's transactions [Flanagan, Freund & Yi 2008]:
/// the outermost `begin` … `end` of a thread, and every event outside one by itself. An edge leads from
/// one to another where an event of the first comes before one of the second by program order, by a
/// conflicting access, or by synchronization; the run is serializable as long as there is no cycle.
///
/// AeroDrome [Mathur & Viswanathan 2020] needs no graph: it keeps vector clocks and asks one thing of
/// them, whether the block that is going on comes before what its next event comes after. This keeps
/// only the answers:
///
/// 1. With each event that others may conflict with goes the set of *open* blocks from which a path
///    leads to it (`BlockMark`). Only open blocks matter: no new edge ends in a transaction that is
///    over, so one that no open block leads to will never be on a cycle.
/// 2. An event takes over the sets of the events before it. Where its own block is in one of them, the
///    edge closes a cycle: the block is reported, and the edge left out, as Velodrome does.
/// 3. What is new to a block is new to everything that it leads to: `OpenBlockSets` adds it to all
///    sets that the block is in. When a block ends it is taken out of all of them.
///
/// AeroDrome does 3 when a block ends, and then finds some cycles late, or never where blocks are still
/// open at the end; doing it at once, a cycle is found at the very event that closes it.
///
/// While no block is open nothing has to be kept, and all that was kept is forgotten. Say that at some
/// moment none is. Each transaction then lies wholly before it or wholly after. Go backwards along a
/// cycle from a transaction before the moment: an edge into it starts at an earlier event, so in a
/// transaction that lies before the moment too; so the whole cycle does, and was found. The same holds
/// of what comes before the first `begin`, and a trace without any costs one comparison an event.
///
/// Misses blocks that only another schedule would break. Reports nothing wrongly as long as the trace
/// holds every synchronization and the blocks were meant to be atomic.
///
/// [Flanagan, Freund & Yi 2008]: https://doi.org/10.1145/1375581.1375618
/// [Mathur & Viswanathan 2020]: https://arxiv.org/abs/2001.04961
public struct AtomicityDetector: Detector {
  /// Every operation that its state depends on, once there has been a block.
  public let interests = OperationSet.all
  /// The rules that it can find broken.
  public let rules: [Rule] = [.atomicityViolation]

  /// Whether a block has begun; nothing but a `begin` matters before.
  private(set) var isAwake = false
  /// The moment since which some block has been open: what stands before it is forgotten.
  private var since: Moment = 0
  private(set) var openCount = 0
  private var sets = OpenBlockSets()
  /// How many numbers of sets are given out before those that nothing refers to are given back.
  private var numberLimit = Self.smallestNumberLimit
  private var seats = Seats()
  private var threads = FlatTable(blank: ThreadBlocks())
  private var variables = FlatTable(blank: VariableMarks())
  /// Reads of a variable by further threads, by ``VariableMarks/others``.
  private var others: [BlockMarks] = []
  var edges = BlockEdges()
  private var ledger = AtomicityLedger()

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Whether it wants to see an event of that kind.
  @inline(__always)
  func wants(_ operation: Operation) -> Bool { isAwake || operation == .begin }

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    guard wants(event.operation) else { return }
    switch event.operation {
    case .begin: begin(event, at: index, in: run)
    case .end: end(event.thread)
    case .exit: leave(event.thread)
    case .read, .write, .atomicRead, .atomicWrite, .atomicUpdate:
      if openCount > 0, event.isEffective { access(event, at: index, in: run) }
    case .create:
      // What was done to a variable that is gone is not done to the one that has its number now.
      if event.object.index < variables.count { forget(event.object.index) }
    case .start, .dummy, .destroy, .refused: break
    default: synchronize(event, at: index, in: run)
    }
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    Detections(findings: ledger.findings(in: run))
  }
}

// MARK: - Blocks

/// How a thread stands.
private struct ThreadBlocks: BitwiseCopyable {
  /// The open blocks from which a path leads to its next event, its own included.
  var known = BlockSetID.none
  /// The period, by its first moment, that `known` is of.
  var period: Moment = 0
  /// How many blocks are open, one inside the other.
  var depth = 0
  /// The seat of the outermost one; -1 while none is open.
  var seat: Int32 = -1
  /// Whether that block has been reported.
  var isViolated = false
  /// Where it began.
  var begin = Access.none
  /// What the thread last left behind.
  var last = BlockMark.none
}

/// Seats for open blocks: the lowest numbers that will do.
private struct Seats {
  private var free: [Int] = []
  private var count = 0

  mutating func take() -> Int {
    if let seat = free.popLast() { return seat }
    count += 1
    return count - 1
  }

  mutating func giveBack(_ seat: Int) { free.append(seat) }
}

extension AtomicityDetector {
  private mutating func begin(_ event: Event, at index: Int, in run: borrowing Run) {
    if !isAwake {
      isAwake = true
      edges = BlockEdges(shapes: run.mustOrder)
    }
    let thread = event.thread.index
    threads.reach(thread)
    threads[thread].depth += 1
    guard threads[thread].depth == 1 else { return }
    if openCount == 0 {
      since = Moment(index + 1)
      sets.removeAll()
    }
    openCount += 1
    let seat = seats.take()
    let known = known(to: event.thread)
    setKnown(sets.inserting(seat, into: known), to: event.thread)
    threads[thread].seat = Int32(seat)
    threads[thread].isViolated = false
    threads[thread].begin = Access(event, at: index, held: run.held.set(of: event.thread))
  }

  private mutating func end(_ thread: ThreadID) {
    guard thread.index < threads.count, threads[thread.index].depth > 0 else { return }
    threads[thread.index].depth -= 1
    if threads[thread.index].depth == 0 { close(thread) }
  }

  /// The thread has done its last: its block is over, whether it says so or not.
  private mutating func leave(_ thread: ThreadID) {
    guard thread.index < threads.count, threads[thread.index].depth > 0 else { return }
    threads[thread.index].depth = 0
    close(thread)
  }

  private mutating func close(_ thread: ThreadID) {
    let seat = Int(threads[thread.index].seat)
    threads[thread.index].seat = -1
    seats.giveBack(seat)
    openCount -= 1
    // With none left, what was kept is forgotten at the next begin.
    guard openCount > 0 else { return }
    sets.remove(seat)
    if sets.numberCount > numberLimit { sweep() }
  }

  /// The open blocks that lead to the thread's next event, settled.
  @inline(__always)
  private mutating func known(to thread: ThreadID) -> BlockSetID {
    guard threads[thread.index].period == since else { return .none }
    return sets.settled(threads[thread.index].known)
  }

  private mutating func setKnown(_ set: BlockSetID, to thread: ThreadID) {
    threads[thread.index].known = set
    threads[thread.index].period = since
  }
}

// MARK: - Edges

extension AtomicityDetector {
  /// An edge leads from the mark's event to this one.
  @inline(__always)
  mutating func take(_ mark: BlockMark, _ event: Event, at index: Int, in run: borrowing Run) {
    guard mark.event.moment >= since, mark.blocks != .none, mark.event.thread != event.thread
    else { return }
    take(sets.settled(mark.blocks), from: mark, event, at: index, in: run)
  }

  private mutating func take(
    _ news: BlockSetID, from mark: BlockMark, _ event: Event, at index: Int, in run: borrowing Run
  ) {
    let seat = Int(threads[event.thread.index].seat)
    if seat >= 0, sets.contains(news, seat) {
      guard !threads[event.thread.index].isViolated else { return }
      threads[event.thread.index].isViolated = true
      let closing = Access(event, at: index, held: run.held.set(of: event.thread))
      let object = event.operation.namesObject ? event.object : ObjectID.absent
      ledger.note(
        Interruption(
          begin: threads[event.thread.index].begin, foreign: mark, closing: closing,
          object: object, child: event.child))
      return
    }
    learn(news, by: event.thread)
  }

  /// Whatever leads to `news` leads to the thread's next event.
  private mutating func learn(_ news: BlockSetID, by thread: ThreadID) {
    let known = known(to: thread)
    guard !sets.isSubset(news, of: known) else { return }
    let seat = Int(threads[thread.index].seat)
    if seat >= 0 {
      sets.add(news, toSetsWith: seat)
    } else {
      setKnown(sets.union(known, news), to: thread)
    }
  }

  mutating func take(_ marks: BlockMarks, _ event: Event, at index: Int, in run: borrowing Run) {
    take(marks.first, event, at: index, in: run)
    for mark in marks.others { take(mark, event, at: index, in: run) }
  }

  /// The same for a thread that has gone on already, as the trace has it.
  mutating func takeLate(_ marks: BlockMarks, by thread: ThreadID) {
    threads.reach(thread.index)
    for mark in [marks.first] + marks.others
    where mark.event.moment >= since && mark.event.thread != thread {
      learnQuietly(sets.settled(mark.blocks), by: thread)
    }
  }

  private mutating func learnQuietly(_ news: BlockSetID, by thread: ThreadID) {
    let seat = Int(threads[thread.index].seat)
    if seat < 0 || !sets.contains(news, seat) { learn(news, by: thread) }
  }

  /// What the event leaves behind.
  @inline(__always)
  mutating func mark(_ event: Event, at index: Int, in run: borrowing Run) -> BlockMark {
    guard openCount > 0 else { return .none }
    let known = known(to: event.thread)
    guard known != .none else { return .none }
    let access = Access(event, at: index, held: run.held.set(of: event.thread))
    let mark = BlockMark(event: access, object: event.object, blocks: known)
    threads[event.thread.index].last = mark
    return mark
  }

  /// Makes room for the thread.
  @inline(__always)
  mutating func meet(_ thread: ThreadID) { threads.reach(thread.index) }

  /// The thread makes another, which comes after all that it has done.
  mutating func fork(_ child: ThreadID, by thread: ThreadID) {
    guard openCount > 0, child != thread else { return }
    threads.reach(child.index)
    learnQuietly(known(to: thread), by: child)
  }

  /// All that the child did comes before this event.
  mutating func join(_ event: Event, at index: Int, in run: borrowing Run) {
    let child = event.child
    guard openCount > 0, event.isEffective, child != event.thread, child.index < threads.count
    else { return }
    let known = known(to: child)
    guard known != .none else { return }
    var mark = threads[child.index].last
    if mark.event.moment < since { mark = .none }
    take(known, from: mark, event, at: index, in: run)
  }
}

// MARK: - Accesses

/// What the accesses to one variable have left behind.
private struct VariableMarks: BitwiseCopyable {
  /// The last write.
  var write = BlockMark.none
  /// The last read since then of one thread.
  var read = BlockMark.none
  /// The place of the other threads' reads, or -1.
  var others: Int32 = -1
}

extension AtomicityDetector {
  private mutating func access(_ event: Event, at index: Int, in run: borrowing Run) {
    let place = event.object.index
    threads.reach(event.thread.index)
    variables.reach(place)
    take(variables[place].write, event, at: index, in: run)
    if event.operation == .read || event.operation == .atomicRead {
      read(place, mark(event, at: index, in: run))
      return
    }
    take(variables[place].read, event, at: index, in: run)
    if variables[place].others >= 0 {
      take(others[Int(variables[place].others)], event, at: index, in: run)
    }
    // Whatever conflicts with an earlier access conflicts with this one too.
    forget(place)
    variables[place].write = mark(event, at: index, in: run)
  }

  @inline(__always)
  private mutating func read(_ place: Int, _ mark: BlockMark) {
    guard mark.blocks != .none else { return }
    let first = variables[place].read
    if first.event.thread == mark.event.thread || first.event.moment < since
      || sets.settled(first.blocks) == .none
    {
      variables[place].read = mark
    } else {
      readToo(place, mark)
    }
  }

  private mutating func readToo(_ place: Int, _ mark: BlockMark) {
    if variables[place].others < 0 {
      variables[place].others = Int32(others.count)
      others.append(BlockMarks())
    }
    others[Int(variables[place].others)].add(mark)
  }

  private mutating func forget(_ place: Int) {
    variables[place].write = .none
    variables[place].read = .none
    if variables[place].others >= 0 { others[Int(variables[place].others)].removeAll() }
  }
}

// MARK: - Giving numbers back

extension AtomicityDetector {
  private static let smallestNumberLimit = 4096

  /// Gives back the numbers of sets that nothing refers to any more.
  ///
  /// - Complexity: Linear in threads and objects. There are as many numbers given out between two
  ///   sweeps, within a factor of eight, so that it costs a constant for each.
  private mutating func sweep() {
    let old = sets
    let since = since
    var new = OpenBlockSets()
    func moved(_ set: BlockSetID, at moment: Moment) -> BlockSetID {
      moment >= since ? new.copy(old.heir(of: set), from: old) : .none
    }
    func moved(_ mark: BlockMark) -> BlockMark {
      var mark = mark
      mark.blocks = moved(mark.blocks, at: mark.event.moment)
      return mark
    }
    for place in 0..<threads.count {
      threads[place].known = moved(threads[place].known, at: threads[place].period)
      threads[place].last = moved(threads[place].last)
    }
    for place in 0..<variables.count {
      variables[place].write = moved(variables[place].write)
      variables[place].read = moved(variables[place].read)
    }
    others = others.map { $0.map(moved) }
    edges = edges.map { $0.map(moved) }
    sets = new
    numberLimit = max(
      Self.smallestNumberLimit, new.numberCount * 2, (threads.count + variables.count) / 8)
  }
}
