/// Runs without preemptions, except where it is told.
///
/// A deviation that cannot be followed, because the thread it names cannot go on there, is passed over: the
/// schedule as it was run says which were followed (``Schedule/deviations``).
public struct DeviationStrategy: Strategy {
  /// What a token calls it.
  public let name = "deviations"
  private let deviations: [Deviation]
  private var pending: [Deviation.Place: ArraySlice<Deviation>] = [:]
  private var progress: [ObjectMark: Int] = [:]

  /// Makes what follows these deviations; those of one place in their order.
  public init(_ deviations: [Deviation]) { self.deviations = deviations }

  /// Forgets the schedule before.
  public mutating func begin(iteration: Int, random: SeededRandom) {
    pending = Dictionary(grouping: deviations, by: \.place).mapValues { $0[...] }
    progress = [:]
  }

  /// Chooses as it was told.
  public mutating func choose(_ decision: Decision) -> Int {
    let usual = decision.choices[0].mark
    let place = Deviation.Place(usual, after: progress[usual, default: 0])
    var chosen = 0
    while let deviation = pending[place]?.popFirst() {
      let index = decision.choices.firstIndex {
        $0.mark == deviation.thread && $0.isTimeout == deviation.isTimeout
      }
      guard let index, index > 0 else { continue }
      chosen = index
      break
    }
    progress[decision.choices[chosen].mark, default: 0] += 1
    return chosen
  }
}
