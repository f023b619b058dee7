import LockcheckTrace

/// A run as a search for hangs looks at it: what each thread does, step by step, and how everything that
/// it is done to stands.
///
/// Objects are moved as the primitives themselves would move them, so that what was done to a queue, a
/// condition or a semaphore can be tried in any order (`Docs/reordering.md`). An object whose events in
/// the trace contradict that is only ever used in the order of the trace.
struct HangModel {
  /// The steps, thread after thread.
  private(set) var steps: ContiguousArray<HangStep>
  /// By thread: where its steps begin; one more at the end.
  let starts: [Int]
  /// By place in the trace: the number of the step, and its thread.
  let numbers: ContiguousArray<Int32>
  let threads: ContiguousArray<Int32>
  /// By place: what has to be done first, besides what its thread did: forks, joins and creations.
  let needs: [Int32: [Int32]]
  /// By place of the first event of a thread's life: the fork.
  let forks: [Int32: Int32]
  /// By thread: the forks that make it.
  let births: [[Int32]]
  /// By thread: whether it is over when its steps are.
  let ends: [Bool]
  /// By thread: the end of a wait of which the trace has only the beginning.
  private(set) var lastWords: [Int: HangStep]
  /// By number: the object of the trace.
  let objects: [ObjectID]
  /// By object: whether only the order of the trace is certain to be possible.
  private(set) var isUnclear: [Bool]
  /// By object: whether it matters what was done to it before.
  private(set) var isWatched: [Bool]
  /// By object: whether any thread may release it.
  let isHandover: [Bool]
  /// By object: whether a waiting writer holds up new readers.
  let prefersWriters: [Bool]
  /// Whether any object does.
  let hasPreference: Bool
  /// Nothing done yet.
  private(set) var start: HangState

  /// Looks through a run.
  ///
  /// - Precondition: Fewer than two billion events.
  /// - Complexity: Linear in events.
  init(_ events: some RandomAccessCollection<Event>, tables: TraceTables) {
    var builder = HangModelBuilder(tables: tables)
    for event in events { builder.add(event) }
    let threadCount = tables.threads.count
    var starts = [Int](repeating: 0, count: threadCount + 1)
    for thread in builder.threads { starts[Int(thread) + 1] += 1 }
    for thread in 0..<threadCount { starts[thread + 1] += starts[thread] }
    var next = starts
    numbers = ContiguousArray(
      builder.threads.map { thread in
        defer { next[Int(thread)] += 1 }
        return Int32(next[Int(thread)])
      })
    steps = ContiguousArray(repeating: HangStep(place: -1), count: builder.steps.count)
    for (place, step) in builder.steps.enumerated() { steps[Int(numbers[place])] = step }
    self.starts = starts
    threads = builder.threads
    needs = builder.needs
    forks = builder.forkOfFirst
    births = builder.births
    ends = (0..<threadCount).map { builder.ends(ThreadID($0)) }
    lastWords = builder.openWaits
    objects = builder.objects
    isHandover = builder.isHandover
    prefersWriters = objects.map { tables.objects[$0].preference == .writer }
    hasPreference = prefersWriters.contains(true)
    isUnclear = objects.map {
      tables.objects.kind(of: $0).isQueue && !tables.objects[$0].isFirstInFirstOut
    }
    isWatched = builder.isWatched
    start = HangState(
      done: ContiguousArray(repeating: 0, count: threadCount),
      objects: ContiguousArray(builder.initial),
      pasts: ContiguousArray(repeating: 0, count: objects.count))
    judge()
    findEager(builder)
  }

  /// Whether a thread waits for anything but locks and threads.
  var hasOpenWaits: Bool {
    steps.contains { step in
      guard step.canWait, step.action.isOnObject else { return false }
      if case .lock(_) = start.objects[Int(step.object)] {
        return isHandover[Int(step.object)] || prefersWriters[Int(step.object)]
      }
      return true
    } || !lastWords.isEmpty
  }

  var threadCount: Int { starts.count - 1 }

  /// The step that a thread is at; nil at its end.
  @inline(__always)
  func head(of thread: Int, in state: HangState) -> Int? {
    let number = starts[thread] + Int(state.done[thread])
    return number < starts[thread + 1] ? number : nil
  }

  func isDone(_ place: Int32, in state: HangState) -> Bool {
    let thread = Int(threads[Int(place)])
    return Int(numbers[Int(place)]) < starts[thread] + Int(state.done[thread])
  }

  /// Goes through the trace itself, to see whose events contradict the rules.
  private mutating func judge() {
    var state = start
    for place in numbers.indices {
      let number = Int(numbers[place])
      let thread = Int(threads[place])
      let step = steps[number]
      // What the trace has only the beginning of has had no effect.
      if step.isLastWord { continue }
      if step.object >= 0, step.action.isOnObject {
        if permissionOfObject(step, thread, state) != .open {
          isUnclear[Int(step.object)] = true
        }
        if step.lock >= 0, !isUnclear[Int(step.lock)],
          permissionOfLock(step, thread, state) != .open
        {
          isUnclear[Int(step.lock)] = true
          isUnclear[Int(step.object)] = true
        }
      }
      perform(number, of: thread, &state)
    }
    for number in steps.indices where steps[number].action.isOnObject {
      let object = Int(steps[number].object)
      guard object >= 0, isUnclear[object] else { continue }
      // Who else had to come to a barrier is not known.
      steps[number].action = steps[number].action == .leave ? .unknown : .samePast
      steps[number].canWait = false
    }
    lastWords = lastWords.filter { !isUnclear[Int($0.value.object)] }
    for object in isUnclear.indices where isUnclear[object] { isWatched[object] = true }
  }

  private mutating func findEager(_ builder: HangModelBuilder) {
    for number in steps.indices {
      let step = steps[number]
      func isPrivate(_ object: Int32) -> Bool { object < 0 || builder.users[Int(object)] != -2 }
      switch step.action {
      case .silent, .fork, .join: steps[number].isEager = true
      case .release, .releaseShared:
        let lock = Int(step.object)
        steps[number].isEager =
          isPrivate(step.object)
          || !(builder.hasTries[lock] || isHandover[lock] || isWatched[lock])
      case .unknown, .joinGivenUp, .joinRefused: break
      default: steps[number].isEager = isPrivate(step.object) && isPrivate(step.lock)
      }
    }
  }
}

extension HangStep.Action {
  /// Whether it is done to an object.
  var isOnObject: Bool {
    switch self {
    case .silent, .unknown, .fork, .join, .joinGivenUp, .joinRefused: false
    default: true
    }
  }
}
