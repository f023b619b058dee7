import LockcheckTrace

/// Turns round the order in which threads come to something that they share.
///
/// From the run without preemptions it learns which objects threads share. A hunt keeps each thread before its
/// first step on one of them, until nobody else can go on; then they go on, the last to come first, each as far as it
/// can. Most races and many violations of an order need no more than that: one access earlier than usual, while
/// others stand in the middle of something. Every object is hunted twice: once with all steps, and once with those
/// that change it, so that who only looks comes first.
///
/// After the idea of CalFuzzer's random pausing before a suspected statement (Sen, "Race directed random testing of
/// concurrent programs", PLDI 2008). Iteration i > 0 is hunt i - 1, round and round.
package struct ReversalHunt: Strategy {
  package let name = "reversal"
  package var memory: StrategyMemory { .profile }
  private var objects: [ObjectMark] = []
  private var object: ObjectMark?
  private var onlyChanges = false
  /// Those that are kept, by when they came.
  private var waiting: [Int] = []
  private var released: Set<Int> = []
  private var isProfile = false

  /// Makes a hunt that knows nothing yet.
  package init() {}

  /// How many hunts there are.
  var huntCount: Int { 2 * objects.count }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    isProfile = iteration == 0
    waiting = []
    released = []
    object = nil
    guard !isProfile, huntCount > 0 else { return }
    let hunt = (iteration - 1) % huntCount
    // What was touched last first: that is where things come together.
    object = objects[objects.count - 1 - hunt / 2]
    onlyChanges = hunt % 2 == 0
  }

  package mutating func choose(_ decision: Decision) -> Int {
    guard object != nil else { return 0 }
    var free: Int?
    for (index, choice) in decision.choices.enumerated() where !choice.isTimeout {
      if isKept(choice) {
        if !waiting.contains(choice.thread) { waiting.append(choice.thread) }
      } else if free == nil {
        free = index
      }
    }
    if let free { return free }
    while let thread = waiting.popLast() {
      released.insert(thread)
      let index = decision.choices.firstIndex { $0.thread == thread && !$0.isTimeout }
      if let index { return index }
    }
    return 0
  }

  package mutating func end(_ schedule: Schedule) {
    if isProfile { objects = Profile(schedule).shared.map(\.mark) }
  }

  private func isKept(_ choice: Choice) -> Bool {
    guard choice.step.object == object, !released.contains(choice.thread) else { return false }
    switch choice.step.operation {
    case .read, .atomicRead: return !onlyChanges
    case .release, .exit, .start: return false
    default: return true
    }
  }
}
