import LockcheckTrace

/// What a run without preemptions shows of a program: how much each thread does, and which objects threads share.
///
/// Threads are numbered by when they are seen in it, and found by their marks.
struct Profile: Sendable {
  /// An object that two threads at least touch, one of them to change it.
  struct SharedObject: Sendable {
    var mark: ObjectMark
    /// How often each thread touches it, by number.
    var counts: [Int: Int]
    var total: Int { counts.values.reduce(0, +) }
  }

  private var numbers: [ObjectMark: Int] = [:]
  private var parents: [Int?] = []
  private(set) var stepCounts: [Int] = []
  private(set) var shared: [SharedObject] = []

  /// Knows nothing.
  init() {}

  /// Learns from a schedule.
  init(_ schedule: Schedule) {
    struct Touches {
      var counts: [Int: Int] = [:]
      var isChanged = false
    }
    var touches: [ObjectMark: Touches] = [:]
    var order: [ObjectMark] = []
    for taken in schedule.steps {
      let step = taken.choice.step
      let thread = number(of: taken.choice.mark)
      stepCounts[thread] += 1
      if step.operation == .fork {
        let child = number(of: step.object)
        if child > thread { parents[child] = thread }
      }
      guard step.isInteresting else { continue }
      if touches[step.object] == nil { order.append(step.object) }
      touches[step.object, default: Touches()].counts[thread, default: 0] += 1
      if step.operation != .read, step.operation != .atomicRead {
        touches[step.object]?.isChanged = true
      }
    }
    shared = order.compactMap { mark in
      guard let seen = touches[mark], seen.isChanged, seen.counts.count > 1 else { return nil }
      return SharedObject(mark: mark, counts: seen.counts)
    }
  }

  private mutating func number(of mark: ObjectMark) -> Int {
    if let known = numbers[mark] { return known }
    numbers[mark] = stepCounts.count
    parents.append(nil)
    stepCounts.append(0)
    return stepCounts.count - 1
  }

  /// The number of a thread, if the run had it.
  func thread(_ mark: ObjectMark) -> Int? { numbers[mark] }

  /// Adds to each thread's count those of the threads it starts, and theirs. Children stand after parents.
  func withChildren(_ counts: inout [Int]) {
    for thread in counts.indices.reversed() {
      if let parent = parents[thread] { counts[parent] += counts[thread] }
    }
  }
}

extension Step {
  /// Whether its place among the steps on its object can matter: not for a release, which only its own
  /// thread's acquire can come before, nor for the end of a sleep.
  var isInteresting: Bool {
    guard object != .none, !isResumed else { return false }
    switch operation {
    case .release, .fork, .join, .start, .exit, .create, .destroy, .dummy, .begin, .end, .refused:
      return false
    default: return true
    }
  }
}

/// How much of something each thread still has before it, itself and through the threads it will start.
struct RemainingWork: Sendable {
  private var planned: [Int] = []
  private var left = ThreadTable<Int>()

  /// Begins a schedule with these numbers, by thread of the profile, children counted in.
  mutating func begin(_ planned: [Int]) {
    self.planned = planned
    left.removeAll()
  }

  /// What a thread has left. A thread the profile has not seen has none.
  mutating func of(_ choice: Choice, in profile: Profile) -> Int {
    if let known = left[choice.thread] { return known }
    let all = count(of: choice.mark, in: profile)
    left[choice.thread] = all
    return all
  }

  /// What is planned for a thread that has not begun.
  func count(of mark: ObjectMark, in profile: Profile) -> Int {
    guard let thread = profile.thread(mark), thread < planned.count else { return 0 }
    return planned[thread]
  }

  /// The thread has done as much.
  mutating func subtract(_ amount: Int, from choice: Choice, in profile: Profile) {
    left[choice.thread] = max(0, of(choice, in: profile) - amount)
  }
}
