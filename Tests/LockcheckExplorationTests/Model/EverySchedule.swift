import LockcheckControl

/// Takes given choices first, then the first of each: the plain way to go through all schedules.
struct PrefixStrategy: Strategy {
  let name = "prefix"
  var prefix: [Int]
  /// How many choices there were at each step, and which was taken.
  private(set) var taken: [(count: Int, chosen: Int)] = []

  init(_ prefix: [Int] = []) { self.prefix = prefix }

  mutating func begin(iteration: Int, random: SeededRandom) { taken = [] }

  mutating func choose(_ decision: Decision) -> Int {
    let chosen = taken.count < prefix.count ? prefix[taken.count] : 0
    taken.append((decision.choices.count, chosen))
    return chosen
  }

  /// The next schedule in the order of choices; nil after the last.
  var next: PrefixStrategy? {
    guard let last = taken.lastIndex(where: { $0.chosen + 1 < $0.count }) else { return nil }
    return PrefixStrategy(taken[..<last].map(\.chosen) + [taken[last].chosen + 1])
  }
}

/// Calls `body` with every schedule of a program, or with the first `limit` of them.
///
/// - Returns: Whether that was every one.
@discardableResult
func forEverySchedule(
  of program: ModelProgram, limit: Int = .max, _ body: (ModelRun.Outcome, ModelRun) -> Void
) -> Bool {
  var strategy: PrefixStrategy? = PrefixStrategy()
  var count = 0
  while var current = strategy {
    guard count < limit else { return false }
    count += 1
    let (outcome, run) = ModelRun.run(program, by: &current)
    body(outcome, run)
    strategy = current.next
  }
  return true
}
