package import LockcheckTrace

/// Steers a program into the state that a script leads to, and keeps every thread there before its last
/// step until all have come.
///
/// As active testing does it (Joshi, Park, Sen and Naik, "A randomized dynamic program analysis technique
/// for detecting real deadlocks", PLDI 2009), but along a whole witness, and not only at the last step:
///
/// 1. The thread whose entry is next goes on, if it can, until it takes that step. What the trace does not have
///    it may do in between.
/// 2. A thread that has done its part stays where it is, before its last step.
/// 3. Where the wanted thread cannot go on, another one does that has not done its part: on the first try
///    the usual one, later any.
/// 4. Once all stand there, or none but these is left, they go on.
///
/// A thread that does not come to its entry in a thousand steps, as one that looks again and again whether another has
/// ended, will not: then chance decides who goes on.
package struct Steering: Strategy {
  package let name = "steer"
  let script: Script
  private var random = SeededRandom(seed: 0)
  private var isFirstTry = true

  /// The entries that are done, and the first that is not.
  private var isDone: [Bool]
  private var next = 0
  /// The entries of each thread of the script, and how many of them are behind it.
  private let parts: [[Int]]
  private var progress: [Int]
  /// By number in the schedule: who it is in the script, and how many threads it has started.
  private var roles: [Int?] = []
  private var children: [Int] = []
  private var objects: [Int: ObjectMark] = [:]
  private var marks: [ObjectMark: Int] = [:]
  private var isReleased = false
  /// Steps since the last entry that was followed.
  private var idleSteps = 0
  private var isLost = false

  /// So many entries may be missing in the run where it comes back to the script: a trace has events that are
  /// no steps of a scheduler.
  private static var patience: Int { 8 }
  /// So many steps may be taken from one entry to the next.
  private static var idleLimit: Int { 1_000 }

  /// How many entries of the script were followed.
  package var followed: Int { isDone.count { $0 } }
  /// Whether all of them are behind.
  package var isComplete: Bool { next == script.steps.count }
  /// Whether two threads stood before their last steps, accesses to one variable, at the same time.
  package private(set) var hasMet = false

  /// Steers by `script`.
  package init(_ script: Script) {
    self.script = script
    var parts: [[Int]] = Array(repeating: [], count: script.threads.count)
    for (index, entry) in script.steps.enumerated() { parts[entry.thread].append(index) }
    self.parts = parts
    progress = parts.map { _ in 0 }
    isDone = script.steps.map { _ in false }
  }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    self = Steering(script)
    self.random = random
    isFirstTry = iteration == 0
  }

  package mutating func choose(_ decision: Decision) -> Int {
    meetNewThreads(decision)
    hasMet = hasMet || isMeeting(decision)
    let index = wanted(decision)
    take(decision.choices[index])
    return index
  }

  /// The object of the program that stands for one of the script's; nil where they have not met.
  package func mark(of object: Int) -> ObjectMark? { objects[object] }

  /// The thread of the schedule, by number, that stands for one of the script's; nil where it has not come.
  package func thread(of role: Int) -> Int? { roles.firstIndex(of: role) }

  // MARK: Who is who

  /// New threads come one by one, and the one that took the last step has started them.
  private mutating func meetNewThreads(_ decision: Decision) {
    let count = (decision.choices.lazy.map(\.thread).max() ?? -1) + 1
    while roles.count < count {
      guard let parent = decision.lastThread else {
        roles.append(script.threads.isEmpty ? nil : 0)
        children.append(0)
        continue
      }
      let origin = roles[parent].map { Script.Origin(parent: $0, ordinal: children[parent]) }
      children[parent] += 1
      roles.append(origin.flatMap { script.threads.firstIndex(of: $0) })
      children.append(0)
    }
  }

  // MARK: Who goes on

  private mutating func wanted(_ decision: Decision) -> Int {
    let choices = decision.choices
    guard choices.count > 1 else { return 0 }
    if isLost { return random.below(choices.count) }
    if !isReleased, next < script.steps.count {
      let role = script.steps[next].thread
      let index = choices.firstIndex { roles[$0.thread] == role && !$0.isTimeout }
      if let index { return index }
    }
    let free = isReleased ? [] : choices.indices.filter { mayGo(choices[$0]) }
    guard let first = free.first else {
      return choices.firstIndex { !$0.isTimeout && isParked($0) } ?? 0
    }
    return isFirstTry ? first : free[random.below(free.count)]
  }

  private func mayGo(_ choice: Choice) -> Bool { !choice.isTimeout && !isParked(choice) }

  /// Whether the thread has done its part, and stands before its last step.
  private func isParked(_ choice: Choice) -> Bool { lastEntry(of: choice) != nil }

  private func lastEntry(of choice: Choice) -> Script.Entry? {
    guard let role = roles[choice.thread], progress[role] == parts[role].count else { return nil }
    return script.last.first { $0.thread == role && isSame($0, choice.step) }
  }

  /// The object of the entry is the one of the step, from now on.
  private mutating func meet(_ entry: Script.Entry, _ step: Step) {
    guard let object = entry.object else { return }
    objects[object] = step.object
    marks[step.object] = object
  }

  private func isMeeting(_ decision: Decision) -> Bool {
    guard isComplete, script.last.count == 2, script.last.allSatisfy({ $0.operation.isAccess })
    else { return false }
    let steps = script.last.compactMap { entry in
      decision.choices.first { roles[$0.thread] == entry.thread && isSame(entry, $0.step) }?.step
    }
    return steps.count == 2 && steps[0].object == steps[1].object
  }

  /// Whether a step is the one that an entry means. An object that neither side has met is taken for the
  /// other's.
  private func isSame(_ entry: Script.Entry, _ step: Step) -> Bool {
    guard entry.operation == step.operation, !step.isResumed else { return false }
    guard let object = entry.object else { return true }
    if let mark = objects[object] { return mark == step.object }
    return marks[step.object] == nil
  }

  /// The thread takes its step: the first of its next entries that means this step is done, and those before
  /// it will not come any more.
  private mutating func take(_ choice: Choice) {
    if !choice.isTimeout, let entry = lastEntry(of: choice) {
      isReleased = true
      meet(entry, choice.step)
    }
    idleSteps += 1
    if !isReleased, next < script.steps.count, idleSteps > Self.idleLimit { isLost = true }
    guard let role = roles[choice.thread], !choice.isTimeout else { return }
    let ahead = parts[role].dropFirst(progress[role]).prefix(Self.patience)
    guard let found = ahead.firstIndex(where: { isSame(script.steps[$0], choice.step) }) else {
      return
    }
    meet(script.steps[parts[role][found]], choice.step)
    for place in progress[role]...found { isDone[parts[role][place]] = true }
    progress[role] = found + 1
    idleSteps = 0
    while next < isDone.count, isDone[next] { next += 1 }
  }
}
