internal import CLockcheckShims
internal import LockcheckTrace

/// Runs a program's threads one at a time, and decides at each scheduling point which one goes on.
///
/// The threads are real ones; all but one sleep. The thread that comes to a scheduling point chooses
/// the next itself and hands the baton straight over; nobody else is in between. So everything
/// here is touched only by the thread that has the baton, and by the explorer while none has.
///
/// 1. A thread stands before a step, or sleeps in the middle of one, or has ended.
/// 2. It can go on when the lock that its step takes is free, or the thread that it joins has ended; a sleeper when the word it sleeps on is said to
///    have changed, or by its deadline.
/// 3. Time is virtual: it jumps to the deadline of a sleeper that goes on by it.
/// 4. When nobody can go on, that is exact: there is no other thread that could help.
///
/// It is made for one schedule.
package final class Scheduler: @unchecked Sendable {
  let crew: Crew
  let limits: ScheduleLimits
  private let turns: Turns
  /// The schedules that it is one of; nil where it is alone.
  private let series: ScheduleSeries?
  /// Whether it decides about a whole program, which ends when that one does.
  let isOfProgram: Bool
  let memory: ExplorationMemory
  // All below belongs to whoever has the baton.
  private(set) var threads: [ControlledThread] = []
  /// What it knows of the threads that it does not decide about.
  var outside: OutsideWatch
  private(set) var decision = Decision(
    index: 0, choices: [], lastThread: nil)
  private var run = ScheduleRun()
  private var namedThreads = 0
  /// Steps since only threads were left that the program does not wait for.
  private var daemonSteps = 0
  /// Whether somebody could have gone on when it was ended.
  private var isCut = false
  /// The virtual time.
  package private(set) var now: Int64 = 1_000_000_000

  init(
    crew: Crew, limits: ScheduleLimits, memory: ExplorationMemory, isOfProgram: Bool = false,
    series: ScheduleSeries? = nil
  ) {
    self.isOfProgram = isOfProgram
    self.series = series
    turns = series?.turns ?? Turns()
    self.crew = crew
    self.limits = limits
    self.memory = memory
    outside = OutsideWatch(exploration: memory.number, crew: crew)
  }

  // MARK: For the explorer

  /// Puts the calling thread under control, as thread 0, and all that it starts from now on.
  func adopt() {
    lc_control_begin()
    let main = ControlledThread(
      number: 0, mark: ObjectMark(rawValue: 1), name: "main", isDaemon: false, scheduler: self,
      worker: Worker())
    introduce(main.mark, kind: "thread", name: main.name)
    threads.append(main)
    main.enter()
    turns.end(0)
  }

  /// The process ends, as a thread of the program would have it.
  ///
  /// - Returns: False where it was over before.
  func endProgram() -> Bool {
    guard turns.begin() else { return false }
    turns.finish()
    return true
  }

  /// What came of it, once it is over.
  func outcome() -> ScheduleRun {
    run.threadNames = threads.map(\.name)
    if isCut { memory.strategy.noteCut() }
    memory.strategy.end(run.schedule)
    return run
  }

  /// Has `worker` run `body` as thread 0, and all that it starts, from when it gets the baton.
  func prepare(on worker: Worker, _ body: @escaping @Sendable () throws -> Void) {
    add(name: "main", mark: ObjectMark(rawValue: 1), isDaemon: false, on: worker) {
      do {
        try body()
      } catch {
        ControlledThread.current?.fail(.error, "\(error)")
      }
    }
  }

  /// Gives the threads back, or up where they will never go on, once the schedule is over.
  ///
  /// - Parameter kept: One that goes on.
  func release(but kept: Worker? = nil) {
    for thread in threads {
      if thread.worker === kept {
        continue
      } else if thread.hasEnded {
        crew.dismiss(thread.worker)
      } else if run.failure == nil {
        // A daemon, for which nobody waits.
        thread.worker.cutOff()
      } else {
        crew.abandon(thread.worker)
      }
    }
  }

  /// Whether it went well, and no thread is left.
  var hasPassed: Bool { run.failure == nil && threads.allSatisfy(\.hasEnded) }

  /// Waits until the schedule is over, or a thread has not come to a scheduling point for too long.
  func awaitEnd() { if !turns.awaitEnd(patience: limits.silence) { noteSilence() } }

  /// The thread whose turn it is does something that the scheduler does not know of.
  func noteSilence() {
    let thread = threads[turns.running]
    let isWorking = UInt8(bitPattern: lc_thread_state(thread.worker.number)) == UInt8(ascii: "R")
    let last = memory.labels.describe(thread.step)
    note(
      ScheduleFailure(
        .uncontrolled,
        """
        T\(thread.number) \(thread.name) \(isWorking ? "works" : "waits for something") for more than \
        \(limits.silence) without coming to a scheduling point, after \(last). Locks, sleeps and input \
        that are not Lockcheck's cannot be controlled; this says nothing about deadlocks.
        """, thread: thread.number))
  }

  // MARK: For the threads

  /// What is said of a crash.
  var note: CrashNote { crew.note }

  /// What has gone wrong first counts.
  func note(_ failure: ScheduleFailure) {
    if run.failure == nil { run.failure = failure }
  }

  /// The thread, whose turn it is, has gone wrong.
  func fail(_ failure: ScheduleFailure, in thread: ControlledThread) {
    change(from: thread) { note(failure) }
  }

  func nextThreadNumber(for thread: ControlledThread) -> Int {
    change(from: thread) {
      namedThreads += 1
      return namedThreads
    }
  }

  /// What a thread changes in its turn, and without giving it away. Not once the explorer has given it up.
  private func change<R>(from thread: ControlledThread, _ body: () -> R) -> R {
    guard turns.begin() else { thread.worker.takeForever() }
    defer { turns.end(thread.number) }
    return body()
  }

  /// Remembers what an object is called; for the thread that has the baton.
  func introduce(_ mark: ObjectMark, kind: String, name: @autoclosure () -> String?) {
    guard !memory.labels.contains(mark) else { return }
    memory.labels.add(mark, kind: kind, name: name())
  }

  func wake(_ word: UInt, from waker: ControlledThread) {
    change(from: waker) {
      for thread in threads where thread.sleepingPlace?.word == word { thread.goOn() }
    }
  }

  func spawn(
    name: String, mark: ObjectMark, isDaemon: Bool, from maker: ControlledThread,
    _ body: @escaping @Sendable () -> Void
  ) {
    change(from: maker) {
      add(name: name, mark: mark, isDaemon: isDaemon, on: crew.recruit(), body)
    }
  }

  /// The thread, which runs, stands at a scheduling point: returns when it is its turn.
  ///
  /// - Parameter prepare: What it has to say first.
  func pass(from thread: ControlledThread, _ prepare: (Scheduler) -> Void) {
    guard turns.begin() else { thread.worker.takeForever() }
    prepare(self)
    guard let next = chooseNext() else {
      turns.finish()
      thread.worker.takeForever()
    }
    if next !== thread {
      next.worker.give()
      thread.worker.take()
    }
    turns.end(thread.number)
  }

  // MARK: Threads

  private func add(
    name: String, mark: ObjectMark, isDaemon: Bool, on worker: Worker,
    _ body: @escaping @Sendable () -> Void
  ) {
    let thread = ControlledThread(
      number: threads.count, mark: mark, name: name, isDaemon: isDaemon, scheduler: self,
      worker: worker)
    introduce(mark, kind: "thread", name: name)
    threads.append(thread)
    worker.job = { [self] in
      thread.enter()
      turns.end(thread.number)
      body()
      thread.leave()
      return end(thread)
    }
  }

  /// The thread has done what it had to do. Its worker goes back to sleep once it returns, unless it begins the
  /// next schedule.
  ///
  /// - Returns: Whether it does.
  private func end(_ thread: ControlledThread) -> Bool {
    guard turns.begin() else { thread.worker.takeForever() }
    thread.state = .ended
    if let next = chooseNext() {
      next.worker.give()
    } else if let series, series.goOn(after: self, on: thread.worker) {
      return true
    } else {
      turns.finish()
    }
    return false
  }

  // MARK: Deciding

  /// Chooses who goes on, and takes note of it; nil where the schedule is over.
  private func chooseNext() -> ControlledThread? {
    if let thread = requestToShow { return thread }
    if outside.hasWoken() { wakeChanged() }
    findChoices()
    if decision.choices.isEmpty, run.stuck.isEmpty { awaitOutside() }
    guard !decision.choices.isEmpty, !isFinished() else { return finish() }
    let index = decision.index < limits.stepsUntilFair ? askStrategy() : leastRecent()
    let choice = decision.choices[index]
    run.schedule.steps.append(
      Schedule.Taken(
        choice: choice,
        usual: decision.index < limits.stepsUntilFair ? decision.choices[0] : choice,
        isPreemption: decision.isPreemption(index)))
    let thread = threads[choice.thread]
    if choice.isTimeout { now = max(now, thread.timeOut()) }
    thread.lastTurn = decision.index
    decision.index += 1
    decision.lastThread = choice.thread
    return thread
  }

  private func askStrategy() -> Int {
    let index = memory.strategy.choose(decision)
    precondition(decision.choices.indices.contains(index), "a strategy chose what is not there")
    return index
  }

  /// The choice of a thread that has waited longest for its turn: one that sleeps, too, since time passes while
  /// others go round in a loop.
  private func leastRecent() -> Int {
    decision.choices.indices.min {
      threads[decision.choices[$0].thread].lastTurn < threads[decision.choices[$1].thread].lastTurn
    } ?? 0
  }

  /// Whether nothing is left to be run, or there has been enough of it.
  private func isFinished() -> Bool {
    if decision.index >= limits.steps {
      note(ScheduleFailure(.endless, "not over after \(limits.steps) steps"))
      isCut = true
      return true
    }
    guard threads.allSatisfy({ $0.isDaemon || $0.hasEnded }) else { return false }
    daemonSteps += 1
    isCut = daemonSteps > limits.daemonSteps
    return isCut
  }

  /// What can happen next, in the order that ``Decision/choices`` asks for.
  func findChoices() {
    // Taken out and put back: each access to a property of a class is checked.
    var choices: [Choice] = []
    swap(&choices, &decision.choices)
    defer { swap(&choices, &decision.choices) }
    choices.removeAll(keepingCapacity: true)
    let threads = threads
    let first = decision.lastThread ?? 0
    var yielding: ControlledThread?
    var hasDeadline = false
    for offset in threads.indices {
      let number = first + offset
      let thread = threads[number < threads.count ? number : number - threads.count]
      if thread.deadline != nil { hasDeadline = true }
      guard thread.canGo else { continue }
      if offset == 0, thread.step.operation == .dummy {
        yielding = thread
      } else {
        choices.append(thread.choice)
      }
    }
    if let yielding { choices.append(yielding.choice) }
    if hasDeadline { addTimeouts(of: threads, to: &choices) }
  }

  private func addTimeouts(of threads: [ControlledThread], to choices: inout [Choice]) {
    let sleepers = threads.filter { $0.deadline != nil }
    for thread in sleepers.sorted(by: {
      ($0.deadline ?? 0, $0.number) < ($1.deadline ?? 0, $1.number)
    }) {
      var choice = thread.choice
      choice.isTimeout = true
      choices.append(choice)
    }
  }

  /// Nobody goes on any more.
  private func finish() -> ControlledThread? {
    let left = threads.filter { !$0.hasEnded }
    guard decision.choices.isEmpty, left.contains(where: { !$0.isDaemon }) else { return nil }
    if run.stuck.isEmpty {
      run.stuck = left.map { thread in
        StuckThread(thread: thread.number, step: thread.step, holder: holder(of: thread)?.number)
      }
      noteStuck()
    }
    return requestToShow
  }

  /// A thread that stands before a lock or an end which will never come. It is sent on into its wait, so that a
  /// recording of the schedule has the request.
  private var requestToShow: ControlledThread? {
    guard !run.stuck.isEmpty,
      let thread = threads.first(where: { $0.isGated })
    else { return nil }
    thread.openGate()
    return thread
  }

  private func noteStuck() {
    guard outside.mayHelp else { return note(ScheduleFailure(.deadlock, describeStuck())) }
    note(
      ScheduleFailure(
        .uncontrolled,
        """
        \(describeStuck()). A thread that is not controlled may end that, and has not in \(limits.silence): this \
        says nothing about deadlocks.
        """))
  }

  func holder(of thread: ControlledThread) -> ControlledThread? {
    guard let number = thread.lockOwner else { return nil }
    return threads.first { !$0.hasEnded && $0.worker.number == number }
  }

  private func describeStuck() -> String {
    run.stuck.map { stuck in
      let thread = threads[stuck.thread]
      let holder = stuck.holder.map { ", held by T\($0) \(threads[$0].name)" } ?? ""
      return
        "T\(stuck.thread) \(thread.name) waits in \(memory.labels.describe(stuck.step))\(holder)"
    }.joined(separator: "; ")
  }
}
