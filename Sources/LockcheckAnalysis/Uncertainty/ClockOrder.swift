import LockcheckTrace

/// What holds in every order of accesses that the clocks of a run allow.
///
/// In a run whose accesses stand in the order of clocks, an access took effect somewhere in its stretch
/// (``AccessStretches``), and others may have been left out that repeat it in the same stretch. A schedule of
/// what was written down stands for one of what was done: each access is followed by the repetitions that
/// its thread did before its next event. In that schedule every read sees what it saw in the run, if
///
/// 1. no access in it has a stretch that overlaps another thread's write to the same variable
///    (``UncertainAccesses``). All writes to a variable that a read in it may have seen then come one
///    stretch after the other, in the order of the trace, and what it saw is the last write of the stretch
///    that its writer stands in;
/// 2. wherever a read sees the write of another thread, that thread has done all of the write's stretch: the
///    write may have been repeated in it, and the last repetition was seen;
/// 3. wherever a variable is written, a thread that has used it earlier in a stretch does nothing more in that
///    stretch: what it repeats of its use would else come after the write, and not before it as in the run. An
///    atomic read is not left out once an atomic write has changed what it sees; so after such a write the
///    thread goes on with the first event that took effect later for certain;
/// 4. every plain write in it follows the same write to its variable as in the run (``UpdateOrder``): compilers
///    leave out the read of an update, and what the thread does next may depend on it.
///
/// By 3 nothing that is left out falls between a write and a read that sees it, and by 2 nothing of the
/// write's own thread is missing. What two accesses at the end of a schedule would see makes no difference.
struct ClockOrder {
  private let stretches: AccessStretches
  private let uncertain: UncertainAccesses
  private let updates: UpdateOrder
  /// What a schedule has used so far; empty between schedules.
  private var touches = TouchTable()
  /// How many events may still be looked at.
  private var budget: Int

  /// - Complexity: That of ``UncertainAccesses``.
  init(_ index: borrowing RunIndex, hasExactAtomics: Bool) {
    stretches = AccessStretches(index, hasExactAtomics: hasExactAtomics)
    uncertain = UncertainAccesses(stretches, in: index)
    updates = UpdateOrder(index)
    budget = Self.leastBudget + 50 * index.history.count
  }

  private static let leastBudget = 20_000_000

  /// The first access of which it is not certain what it saw; as large as can be where there is none.
  var firstUncertain: Int { uncertain.first }

  /// Whether the schedule can be run in whichever order the accesses took effect.
  ///
  /// A race on a variable is certain also where only accesses to the variable itself are not: the first of
  /// them that saw another write than the schedule says raced with that write.
  ///
  /// - Parameter variable: What is done to it makes no difference; absent where everything does.
  /// - Complexity: Linear in the schedule, and in the stretches that it begins in. False where there was
  ///   too much to look at.
  mutating func isCertain(
    _ schedule: FoundSchedule, butFor variable: ObjectID = .absent, in index: borrowing RunIndex
  ) -> Bool {
    // Of the beginning of the trace the order is that of the stretches, where none overlap.
    guard schedule.start == 0 || (uncertain.first >= schedule.start && !variable.isPresent) else {
      return false
    }
    guard budget >= schedule.events.count else { return false }
    budget -= schedule.events.count
    // What was observed has been seen to happen, whatever the thread had read.
    guard variable.isPresent || updates.isKept(by: schedule, in: index) else { return false }
    touches.removeAll()
    var replay = StretchReplay(start: schedule.start, threadCount: index.threadCount)
    for place in schedule.events {
      let thread = index.thread(of: place)
      guard replay.begin(thread, &touches, stretches, &budget, in: index) else { return false }
    }
    for place in schedule.events {
      guard !replay.isFrozen(place, in: index) else { return false }
      if !variable.isPresent || index.history[place].object != variable {
        guard !uncertain.contains(place),
          replay.isKept(place, &touches, stretches, &budget, in: index)
        else { return false }
      }
      replay.pass(place, in: index)
    }
    return true
  }
}

/// Goes along a schedule with an eye to who stands in the middle of a stretch.
private struct StretchReplay {
  let start: Int
  /// By thread: how many of its events are over; -1 where nobody has asked.
  private var done: ContiguousArray<Int>
  /// By thread: the event before which it must do no access any more.
  private var frozen: ContiguousArray<Int>

  init(start: Int, threadCount: Int) {
    self.start = start
    done = ContiguousArray(repeating: -1, count: threadCount)
    frozen = done
  }

  /// Takes up a thread: what it has used already in the stretch in which the beginning leaves it.
  ///
  /// - Returns: False where there was too much to look at.
  mutating func begin(
    _ thread: Int, _ touches: inout TouchTable, _ stretches: AccessStretches, _ budget: inout Int,
    in index: borrowing RunIndex
  ) -> Bool {
    guard done[thread] < 0 else { return true }
    var position = count(of: thread, in: index)
    guard position > 0, position < index.count(of: thread) else { return true }
    let next = index.place(of: thread, at: position)
    guard index.history[next].operation.isAccess else { return true }
    while position > 0 {
      position -= 1
      let place = index.place(of: thread, at: position)
      guard index.history[place].operation.isAccess,
        stretches.end(around: place) == stretches.end(around: next)
      else { return true }
      guard budget > 0 else { return false }
      budget -= 1
      touch(at: place, &touches, stretches, in: index)
    }
    return true
  }

  /// Whether the event that comes next is in a stretch in which its thread must do nothing more.
  func isFrozen(_ place: Int, in index: borrowing RunIndex) -> Bool {
    index.history[place].operation.isAccess && place < frozen[index.thread(of: place)]
  }

  /// Whether what the clocks leave open makes no difference to an event that comes next.
  mutating func isKept(
    _ place: Int, _ touches: inout TouchTable, _ stretches: AccessStretches, _ budget: inout Int,
    in index: borrowing RunIndex
  ) -> Bool {
    let event = index.history[place]
    guard let use = VariableUse(event), index.disciplines[event.object.index] == .values else {
      return true
    }
    if use == .write { freeze(at: place, &touches, stretches, &budget, in: index) }
    guard event.operation.isAccess else { return true }
    touch(at: place, &touches, stretches, in: index)
    return isWholeWriteSeen(at: place, stretches, in: index)
  }

  /// Counts an event as done.
  mutating func pass(_ place: Int, in index: borrowing RunIndex) {
    done[index.thread(of: place)] = Int(index.position[place]) + 1
  }

  private func touch(
    at place: Int, _ touches: inout TouchTable, _ stretches: AccessStretches,
    in index: borrowing RunIndex
  ) {
    let event = index.history[place]
    guard stretches.isRepeatable(event) else { return }
    touches.insert(
      Touch(
        thread: event.thread.index, end: stretches.end(around: place),
        isAtomicRead: event.operation == .atomicRead),
      of: event.object)
  }

  /// A variable is written: who else stands in a stretch in which it has used it stays there.
  private mutating func freeze(
    at write: Int, _ touches: inout TouchTable, _ stretches: AccessStretches, _ budget: inout Int,
    in index: borrowing RunIndex
  ) {
    let (variable, writer) = (index.history[write].object, index.thread(of: write))
    var cursor = touches.begin(variable)
    while let touch = touches.touch(at: cursor) {
      budget -= 1
      guard next(of: touch.thread, in: index) < touch.end else {
        touches.remove(at: &cursor, of: variable)
        continue
      }
      touches.advance(&cursor)
      guard touch.thread != writer else { continue }
      let last = stretches.lastRepetition(
        in: touch.end, ofAtomicRead: touch.isAtomicRead, by: touch.thread, before: write, in: index)
      frozen[touch.thread] = max(frozen[touch.thread], last)
    }
  }

  /// Whether the other thread that wrote what the access sees is through with the write's stretch.
  private mutating func isWholeWriteSeen(
    at place: Int, _ stretches: AccessStretches, in index: borrowing RunIndex
  ) -> Bool {
    let object = index.history[place].object
    let own = index.thread(of: place)
    var writes: [Int] = []
    index.causes.forEach(of: place) { cause in
      let event = index.history[cause]
      if event.operation.isAccess, event.object == object, event.thread.index != own {
        writes.append(cause)
      }
    }
    for write in writes
    where next(of: index.thread(of: write), in: index) < stretches.end(of: write, in: index) {
      return false
    }
    return true
  }

  /// The place of the thread's next event.
  private mutating func next(of thread: Int, in index: borrowing RunIndex) -> Int {
    let position = count(of: thread, in: index)
    return position < index.count(of: thread) ? index.place(of: thread, at: position) : .max
  }

  private mutating func count(of thread: Int, in index: borrowing RunIndex) -> Int {
    if done[thread] < 0 {
      done[thread] = start == 0 ? 0 : Int(index.count(of: thread, before: start))
    }
    return done[thread]
  }
}
