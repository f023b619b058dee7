internal import CLockcheckShims
internal import LockcheckTrace

/// A thread that a scheduler decides about: what the primitives call, and what the scheduler knows of it.
///
/// The primitives ask for ``current`` only while `lc_is_controlled()`, which is one bit of the byte that they
/// look at anyway.
@safe package final class ControlledThread: @unchecked Sendable {
  /// Its number in the schedule, from 0.
  package let number: Int
  /// The same in every schedule of the program.
  package let mark: ObjectMark
  /// What reports call it.
  package let name: String
  /// Whether the schedule may end while it waits.
  let isDaemon: Bool
  unowned let scheduler: Scheduler
  let worker: Worker
  /// How many objects and threads it has made.
  private var madeCount: UInt64 = 0

  /// Where it stands.
  enum State {
    /// Before ``step``.
    case ready
    /// In the middle of ``step``, until the word is said to have changed or the time has come.
    case asleep(SleepingPlace, deadline: Int64)
    case ended
  }
  var state = State.ready
  /// What it does next, or is in the middle of.
  var step: Step
  /// The word of a lock that has to be free for the step, or of a thread that has to have ended: 0, then.
  var gate: UnsafePointer<UInt32>?
  /// Whether its sleep ended by its deadline.
  var isTimedOut = false
  /// When it took its last step, as a number of steps.
  var lastTurn = 0

  init(
    number: Int, mark: ObjectMark, name: String, isDaemon: Bool, scheduler: Scheduler,
    worker: Worker
  ) {
    self.number = number
    self.mark = mark
    self.name = name
    self.isDaemon = isDaemon
    self.scheduler = scheduler
    self.worker = worker
    step = Step(.start, mark)
  }

  /// The one that the calling thread runs; nil on a thread that no scheduler decides about.
  package static var current: ControlledThread? {
    guard let known = unsafe lc_control_current() else { return nil }
    return unsafe Unmanaged<ControlledThread>.fromOpaque(known).takeUnretainedValue()
  }

  /// Whether the whole program is under control, and not a part of it.
  package var isOfProgram: Bool { scheduler.isOfProgram }

  /// The number of the exploration, or of the run of a whole program, that it belongs to.
  package var exploration: UInt32 { scheduler.outside.exploration }

  /// A mark for an object that the thread makes.
  package func markNewObject() -> ObjectMark {
    defer { madeCount += 1 }
    return ObjectMark(madeBy: mark, after: madeCount)
  }

  /// What ``markNewObject()`` will give next.
  package var nextMark: ObjectMark { ObjectMark(madeBy: mark, after: madeCount) }

  // MARK: For the scheduler

  /// The calling thread is this one from now on.
  func enter() {
    scheduler.note.begin()
    unsafe lc_set_control_current(Unmanaged.passUnretained(self).toOpaque())
  }

  /// The calling thread is none any more.
  func leave() {
    lc_set_control_current(nil)
    CrashNote.end()
  }

  var choice: Choice { Choice(thread: number, mark: mark, step: step) }

  var hasEnded: Bool { if case .ended = state { true } else { false } }

  /// Whether it can go on without a timeout.
  var canGo: Bool {
    guard case .ready = state else { return false }
    return unsafe gate.map { unsafe lc_load_word($0) == 0 } ?? true
  }

  /// Whether only a lock, or the thread that it joins, keeps it from going on.
  var isGated: Bool {
    guard case .ready = state else { return false }
    return unsafe gate != nil
  }

  /// Lets it go on all the same.
  func openGate() { unsafe gate = nil }

  /// The kernel's number of the thread that holds the lock that it stands before or sleeps for.
  var lockOwner: UInt32? {
    if let sleepingPlace { return sleepingPlace.owner }
    if step.operation == .join { return nil }
    return unsafe gate.map { unsafe lc_load_word($0) & ~(1 << 31) }
  }

  /// When its sleep ends by itself; nil for never, and where it does not sleep.
  var deadline: Int64? {
    guard case .asleep(_, let deadline) = state, deadline != .max else { return nil }
    return deadline
  }

  /// What it sleeps on, where it does.
  var sleepingPlace: SleepingPlace? {
    if case .asleep(let place, _) = state { place } else { nil }
  }

  /// What it slept for has come.
  func goOn() {
    state = .ready
    step.isResumed = true
  }

  /// Its time has come. Returns that time.
  func timeOut() -> Int64 {
    let time = deadline ?? 0
    isTimedOut = true
    goOn()
    return time
  }

  // MARK: For the primitives

  /// A scheduling point before `step`: returns when it is the thread's turn.
  ///
  /// - Parameter gate: The address of the word of a lock that the step takes, or of a thread that it joins, or 0:
  ///   the turn does not come before the word is 0.
  /// - Parameters:
  ///   - kind: What the object of the step is; nil where it is none, or has been introduced.
  ///   - name: What it is called.
  package func willTake(
    _ step: Step, gate: UInt = 0, kind: String? = nil, name: @autoclosure () -> String? = nil
  ) {
    scheduler.pass(from: self) { scheduler in
      self.step = step
      unsafe self.gate = UnsafePointer(bitPattern: gate)
      state = .ready
      if let kind { scheduler.introduce(step.object, kind: kind, name: name()) }
    }
    unsafe self.gate = nil
  }

  /// Sleeps while the word, which is given by its address, is `expected`: until ``wake(_:)`` is called for it, a
  /// thread outside has changed it, or the virtual time is `deadline`.
  ///
  /// - Returns: False past the deadline.
  package func sleep(on word: UInt, while expected: UInt32, until deadline: Int64) -> Bool {
    let place = SleepingPlace(word: word, expected: expected)
    // Only a thread outside can have changed it since it was looked at.
    if place.hasChanged { return true }
    scheduler.pass(from: self) { _ in
      state = .asleep(place, deadline: deadline)
      isTimedOut = false
    }
    return !isTimedOut
  }

  /// Has every thread that sleeps on the word go on when its turn comes.
  package func wake(_ word: UInt) { scheduler.wake(word, from: self) }

  /// The virtual time, in nanoseconds.
  package var now: Int64 { scheduler.now }

  /// Makes a controlled thread that runs `body`. Its first step is its start.
  ///
  /// - Parameter mark: What ``markNewObject()`` gave for it.
  package func spawn(
    name: String, mark: ObjectMark, isDaemon: Bool, _ body: @escaping @Sendable () -> Void
  ) {
    scheduler.spawn(name: name, mark: mark, isDaemon: isDaemon, from: self, body)
  }

  /// A number for a thread without a name, from 1 in each schedule.
  package func nextThreadNumber() -> Int { scheduler.nextThreadNumber(for: self) }

  /// The program has gone wrong, as this says. The schedule goes on.
  package func fail(_ kind: ScheduleFailure.Kind, _ text: String) {
    scheduler.fail(ScheduleFailure(kind, text, thread: number), in: self)
  }
}
