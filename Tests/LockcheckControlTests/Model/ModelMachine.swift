import LockcheckControl
import LockcheckTrace

/// A state of a model program: says what can happen, and does it.
struct ModelMachine: Hashable {
  struct State: Hashable {
    var counters: [Int]
    var isStarted: [Bool]
    var variables: [Int]
    var owners: [Int?]
    var permits: [Int]
    var registers: [[Int]]
    var hasFailed = false
  }

  let program: ModelProgram
  var state: State
  var lastThread: Int?

  init(_ program: ModelProgram) {
    self.program = program
    let count = program.threads.count
    state = State(
      counters: Array(repeating: 0, count: count),
      isStarted: (0..<count).map { program.started.contains($0) },
      variables: Array(repeating: 0, count: program.variableCount),
      owners: Array(repeating: nil, count: program.lockCount), permits: program.semaphores,
      registers: Array(repeating: [0, 0, 0, 0], count: count))
  }

  static func == (left: Self, right: Self) -> Bool {
    left.state == right.state && left.lastThread == right.lastThread
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(state)
    hasher.combine(lastThread)
  }

  private func instruction(_ thread: Int) -> ModelProgram.Instruction? {
    guard state.isStarted[thread], state.counters[thread] < program.threads[thread].count else {
      return nil
    }
    return program.threads[thread][state.counters[thread]]
  }

  private func hasEnded(_ thread: Int) -> Bool {
    state.isStarted[thread] && instruction(thread) == nil
  }

  static func mark(_ kind: Int, _ number: Int) -> ObjectMark {
    ObjectMark(rawValue: UInt64(kind * 1_000 + number + 1))
  }

  private func step(_ instruction: ModelProgram.Instruction) -> Step {
    switch instruction {
    case .read(let variable, _): Step(.read, Self.mark(1, variable))
    case .write(let variable, _): Step(.write, Self.mark(1, variable))
    case .lock(let lock): Step(.acquire, Self.mark(2, lock))
    case .timedLock(let lock, _): Step(.acquire, Self.mark(2, lock), attempt: .timed)
    case .unlock(let lock): Step(.release, Self.mark(2, lock))
    case .down(let semaphore): Step(.acquire, Self.mark(3, semaphore))
    case .up(let semaphore): Step(.release, Self.mark(3, semaphore))
    case .spawn(let thread): Step(.fork, Self.mark(0, thread))
    case .join(let thread): Step(.join, Self.mark(0, thread))
    case .yield, .skipUnless, .failUnless: Step(.dummy)
    }
  }

  /// Nil at the end, be it good or a deadlock.
  func decision(at index: Int) -> Decision? {
    var choices: [Choice] = []
    var timeouts: [Choice] = []
    var yielding: Choice?
    let count = program.threads.count
    for offset in 0..<count {
      let thread = ((lastThread ?? 0) + offset) % count
      guard let instruction = instruction(thread) else { continue }
      var choice = Choice(
        thread: thread, mark: Self.mark(0, thread), step: step(instruction))
      switch instruction {
      case .lock(let lock):
        if state.owners[lock] != nil { continue }
      case .timedLock(let lock, _):
        if state.owners[lock] != nil {
          choice.isTimeout = true
          timeouts.append(choice)
          continue
        }
      case .down(let semaphore):
        if state.permits[semaphore] == 0 { continue }
      case .join(let other):
        if !hasEnded(other) { continue }
      case .yield:
        if offset == 0 {
          yielding = choice
          continue
        }
      default: break
      }
      choices.append(choice)
    }
    if let yielding { choices.append(yielding) }
    choices += timeouts.sorted { $0.thread < $1.thread }
    return choices.isEmpty ? nil : Decision(index: index, choices: choices, lastThread: lastThread)
  }

  mutating func take(_ choice: Choice) {
    let thread = choice.thread
    guard let instruction = instruction(thread) else { return }
    switch instruction {
    case .read(let variable, let register):
      state.registers[thread][register] = state.variables[variable]
    case .write(let variable, let value): state.variables[variable] = self.value(value, thread)
    case .lock(let lock): state.owners[lock] = thread
    case .timedLock(let lock, let register):
      state.registers[thread][register] = choice.isTimeout ? 0 : 1
      if !choice.isTimeout { state.owners[lock] = thread }
    case .unlock(let lock): state.owners[lock] = nil
    case .down(let semaphore): state.permits[semaphore] -= 1
    case .up(let semaphore): state.permits[semaphore] += 1
    case .spawn(let other): state.isStarted[other] = true
    case .join, .yield, .skipUnless, .failUnless: break
    }
    state.counters[thread] += 1
    lastThread = thread
    runLocal(thread)
  }

  private mutating func runLocal(_ thread: Int) {
    while let next = instruction(thread), next.isLocal {
      state.counters[thread] += 1
      if case .skipUnless(let register, let wanted, let count) = next,
        state.registers[thread][register] != wanted
      {
        state.counters[thread] += count
      }
      if case .failUnless(let register, let wanted) = next,
        state.registers[thread][register] != value(wanted, thread)
      {
        state.hasFailed = true
      }
    }
  }

  private func value(_ value: ModelProgram.Value, _ thread: Int) -> Int {
    switch value {
    case .constant(let number): number
    case .register(let register, let plus): state.registers[thread][register] + plus
    }
  }

  /// Whether a check failed, or threads are left that nobody can wake.
  var isBug: Bool {
    state.hasFailed
      || program.threads.indices.contains { state.isStarted[$0] && instruction($0) != nil }
  }
}

/// Runs one schedule as a scheduler would; nil if the strategy chose what is not there.
func runModel(
  _ program: ModelProgram, _ strategy: inout some Strategy, iteration: Int, seed: UInt64
) -> (end: ModelMachine, schedule: Schedule)? {
  strategy.begin(iteration: iteration, random: SeededRandom(seed: seed, iteration: iteration))
  var machine = ModelMachine(program)
  var schedule = Schedule()
  while let decision = machine.decision(at: schedule.steps.count), schedule.steps.count < 10_000 {
    let index = strategy.choose(decision)
    guard decision.choices.indices.contains(index) else { return nil }
    schedule.steps.append(
      Schedule.Taken(
        choice: decision.choices[index], usual: decision.choices[0],
        isPreemption: decision.isPreemption(index)))
    machine.take(decision.choices[index])
  }
  strategy.end(schedule)
  return (machine, schedule)
}
