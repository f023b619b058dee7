public import LockcheckTrace

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
public struct Steering: Strategy {
  public let name = "steer"
  private let script: Script
  private var random = SeededRandom(seed: 0)
  private var isFirstTry = true

  private var next = 0
  /// By number in the schedule: who it is in the script.
  private var roles: [Int?] = []
  /// By number in the schedule: how many threads it has started.
  private var children: [Int] = []
  private var objects: [Int: ObjectMark] = [:]
  private var marks: [ObjectMark: Int] = [:]
  private var isReleased = false
  /// How many entries of the script each role has before the last step, and how many of them are done.
  private let parts: [Int]
  private var done: [Int]

  /// How many steps of the script have been taken.
  public var followed: Int { next }
  /// Whether all of them have.
  public var isComplete: Bool { next == script.steps.count }
  /// Whether two threads stood before their last steps, accesses to one variable, at the same time.
  public private(set) var hasMet = false

  /// Steers by `script`.
  public init(_ script: Script) {
    self.script = script
    var parts = Array(repeating: 0, count: script.threads.count)
    for entry in script.steps { parts[entry.thread] += 1 }
    self.parts = parts
    done = parts.map { _ in 0 }
  }

  public mutating func begin(iteration: Int, random: SeededRandom) {
    self = Steering(script)
    self.random = random
    isFirstTry = iteration == 0
  }

  public mutating func choose(_ decision: Decision) -> Int {
    meetNewThreads(decision)
    hasMet = hasMet || isMeeting(decision)
    let index = wanted(decision)
    take(decision.choices[index])
    return index
  }

  // MARK: Who is who

  private mutating func meetNewThreads(_ decision: Decision) {
    let count = (decision.choices.map(\.thread).max() ?? -1) + 1
    while roles.count < count {
      let parent = decision.lastThread
      let origin = Script.Origin(
        parent: parent.flatMap { roles[$0] }, ordinal: parent.map { children[$0] } ?? 0)
      if let parent { children[parent] += 1 }
      let isKnown = parent == nil || origin.parent != nil
      roles.append(isKnown ? script.threads.firstIndex(of: origin) : nil)
      children.append(0)
    }
  }

  // MARK: Who goes on

  private func wanted(_ decision: Decision) -> Int {
    let choices = decision.choices
    guard choices.count > 1 else { return 0 }
    if isReleased { return afterwards(decision) }
    if next < script.steps.count,
      let index = choices.firstIndex(where: {
        roles[$0.thread] == script.steps[next].thread && !$0.isTimeout
      })
    {
      return index
    }
    let free = choices.indices.filter { !isParked(choices[$0]) && !choices[$0].isTimeout }
    guard let first = free.first else { return afterwards(decision) }
    return isFirstTry ? first : free[random.peek(below: free.count)]
  }

  /// Who goes on once all stand before their last step: one of these.
  private func afterwards(_ decision: Decision) -> Int {
    let choices = decision.choices
    let parked = choices.indices.filter { isParked(choices[$0]) && !choices[$0].isTimeout }
    return parked.first ?? 0
  }

  /// Whether the thread has done its part, and has a last step to be kept from.
  private func isParked(_ choice: Choice) -> Bool {
    guard let role = roles[choice.thread], done[role] == parts[role] else { return false }
    return script.last.contains { $0.thread == role && isSame($0, choice.step) }
  }

  private func isMeeting(_ decision: Decision) -> Bool {
    guard isComplete, script.last.count == 2, script.last.allSatisfy({ $0.operation.isAccess })
    else { return false }
    let steps = script.last.compactMap { entry in
      decision.choices.first {
        roles[$0.thread] == entry.thread && isSame(entry, $0.step)
      }?.step
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

  private mutating func take(_ choice: Choice) {
    _ = random.next()
    if isParked(choice) { isReleased = true }
    guard next < script.steps.count, !choice.isTimeout else { return }
    let entry = script.steps[next]
    guard roles[choice.thread] == entry.thread, isSame(entry, choice.step) else { return }
    if let object = entry.object {
      objects[object] = choice.step.object
      marks[choice.step.object] = object
    }
    done[entry.thread] += 1
    next += 1
  }
}

extension SeededRandom {
  /// What ``below(_:)`` would give, without moving on.
  func peek(below bound: Int) -> Int {
    var copy = self
    return copy.below(bound)
  }
}
