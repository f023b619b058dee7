import LockcheckTrace

/// A part of a run that is to be put in another order: what each thread does in it, and what each step
/// needs.
///
/// Before `cut` everything runs as it did; only events from there on are moved. A read that saw a write
/// from before the cut sees "the value at the cut", whichever that was: there is only one.
struct LocalProblem {
  /// What a step does to a variable.
  enum Access: UInt8 { case none, read, write, update }
  /// What a step does to a lock.
  enum LockAction: UInt8 { case none, enter, enterShared, leave, fail, failShared }

  /// One event, by local numbers.
  struct Step {
    var place: Int32
    var access = Access.none
    var lockAction = LockAction.none
    /// Whether it changes nothing that another thread, or a goal, could notice.
    var isSilent = false
    var variable: Int32 = -1
    /// The step whose write it sees, or -1 for the value at the cut.
    var source: Int32 = -1
    var lock: Int32 = -1
    /// An object whose operations keep their order, and the number among them.
    var object: Int32 = -1
    var turn: Int32 = 0
    /// A thread that must not have come to its end.
    var unfinished: Int32 = -1
    var causes: Range<Int32> = 0..<0
  }

  /// The threads that have steps, by their number in the run.
  let threads: [Int]
  /// The steps, thread after thread.
  let steps: ContiguousArray<Step>
  /// By thread: where its steps begin; one more at the end.
  let starts: [Int]
  /// By step: its thread.
  let owner: ContiguousArray<Int32>
  /// Steps that others need, or -1 for one that is not to be had.
  let causes: ContiguousArray<Int32>
  /// Where everything stands at the cut.
  let initial: LocalState
  let layout: LocalLayout
  /// By thread: whether there are events after its steps.
  let goesOn: [Bool]

  /// The part of the run from `cut` on, up to `ends`.
  ///
  /// - Parameter ends: By thread: how many of its events are in the part or before it.
  /// - Complexity: Linear in the steps, and in threads.
  init(
    _ index: borrowing RunIndex, from cut: Int, to ends: ContiguousArray<UInt32>
  ) {
    var builder = LocalProblemBuilder(index, from: cut, to: ends)
    builder.build(index)
    threads = builder.threads
    steps = builder.steps
    starts = builder.starts
    owner = builder.owner
    causes = builder.causes
    layout = builder.layout
    initial = builder.initial(index)
    goesOn = threads.map { Int(ends[$0]) < index.count(of: $0) }
  }

  /// The local number of a thread of the run.
  func thread(_ number: Int) -> Int? { threads.firstIndex(of: number) }

  /// How many of the thread's steps are done.
  @inline(__always)
  func done(by thread: Int, in state: LocalState) -> Int { Int(state.values[thread]) }

  /// The step that the thread is at; nil at the end of its steps.
  @inline(__always)
  func head(of thread: Int, in state: LocalState) -> Int? {
    let step = starts[thread] + Int(state.values[thread])
    return step < starts[thread + 1] ? step : nil
  }
}

/// Where everything stands in a ``LocalProblem``: one number for each thread, variable, lock and ordered
/// object, in one piece.
struct LocalState {
  /// By thread, how many of its steps are done; by variable, the step that wrote it last, or -1; by
  /// lock, the thread inside, or -1, and how many are inside together; by ordered object, the number of
  /// its next operation.
  var values: ContiguousArray<Int32>
}

/// Where the numbers of a ``LocalState`` begin.
struct LocalLayout {
  var writers: Int
  var owners: Int
  var sharers: Int
  var turns: Int
  var end: Int

  init(threads: Int, variables: Int, locks: Int, objects: Int) {
    writers = threads
    owners = writers + variables
    sharers = owners + locks
    turns = sharers + locks
    end = turns + objects
  }
}

extension LocalProblem {
  /// Whether the thread can do the step.
  ///
  /// - Parameter keepsTurns: Whether no operation of an ordered object may be left out.
  @inline(__always)
  func isEnabled(_ number: Int, in state: LocalState, keepsTurns: Bool) -> Bool {
    let step = steps[number]
    if step.isSilent, step.causes.isEmpty { return true }
    switch step.lockAction {
    case .enter:
      if state.values[layout.owners + Int(step.lock)] >= 0
        || state.values[layout.sharers + Int(step.lock)] > 0
      {
        return false
      }
    case .enterShared: if state.values[layout.owners + Int(step.lock)] >= 0 { return false }
    case .fail:
      if state.values[layout.owners + Int(step.lock)] < 0,
        state.values[layout.sharers + Int(step.lock)] == 0
      {
        return false
      }
    case .failShared: if state.values[layout.owners + Int(step.lock)] < 0 { return false }
    case .none, .leave: break
    }
    if step.access == .read || step.access == .update,
      state.values[layout.writers + Int(step.variable)] != step.source
    {
      return false
    }
    if step.object >= 0 {
      let next = state.values[layout.turns + Int(step.object)]
      if keepsTurns ? step.turn != next : step.turn < next { return false }
    }
    if step.unfinished >= 0 {
      let child = Int(step.unfinished)
      if !goesOn[child], starts[child] + Int(state.values[child]) == starts[child + 1] {
        return false
      }
    }
    for cause in step.causes where !isDone(causes[Int(cause)], in: state) { return false }
    return true
  }

  @inline(__always)
  private func isDone(_ number: Int32, in state: LocalState) -> Bool {
    guard number >= 0 else { return false }
    let thread = Int(owner[Int(number)])
    return Int(number) < starts[thread] + Int(state.values[thread])
  }

  /// Does the thread's next step.
  @inline(__always)
  func perform(_ number: Int, of thread: Int, in state: inout LocalState) {
    let step = steps[number]
    state.values[thread] += 1
    switch step.lockAction {
    case .enter: state.values[layout.owners + Int(step.lock)] = Int32(thread)
    case .enterShared: state.values[layout.sharers + Int(step.lock)] += 1
    case .leave:
      if state.values[layout.owners + Int(step.lock)] == Int32(thread) {
        state.values[layout.owners + Int(step.lock)] = -1
      } else {
        state.values[layout.sharers + Int(step.lock)] -= 1
      }
    case .none, .fail, .failShared: break
    }
    if step.access == .write || step.access == .update {
      state.values[layout.writers + Int(step.variable)] = Int32(number)
    }
    if step.object >= 0 { state.values[layout.turns + Int(step.object)] = step.turn + 1 }
  }
}
