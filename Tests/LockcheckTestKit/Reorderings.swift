public import LockcheckTrace

/// Everything that another schedule of a small run can reach, by trying them all.
///
/// The definition of what may be `predicted`: a depth-first search over the states that the rules of
/// `Docs/reordering.md` allow, with nothing clever in it.
public struct Reorderings: Sendable {
  /// Two accesses, by their places in the trace.
  public struct Pair: Hashable, Sendable {
    /// The one that stands first in the trace.
    public var earlier: Int
    /// The other.
    public var later: Int

    /// Makes the pair of the two, whichever stands first.
    public init(_ one: Int, _ other: Int) {
      earlier = min(one, other)
      later = max(one, other)
    }
  }

  /// What goes wrong in some schedule.
  public struct Reach: Sendable {
    /// Conflicting accesses that can both be next.
    public var racePairs: Set<Pair> = []
    /// Events at which threads can wait for one another: each for the thread of the following one,
    /// the last for the first, which is the one that stands first in the trace.
    public var deadlocks: Set<[Int]> = []
    /// Where all threads wait, once nobody can go on: the events at which they do, ascending.
    public var hangs: Set<[Int]> = []
    /// How many states there are; none is counted twice.
    public var stateCount = 0
    /// Whether all of them were looked at.
    public var isComplete = true
  }

  private let model: ReorderingModel
  private let stateLimit: Int

  /// The schedules that `model` allows.
  ///
  /// - Parameter stateLimit: After how many states a search gives up.
  public init(of model: ReorderingModel, stateLimit: Int = .max) {
    self.model = model
    self.stateLimit = stateLimit
  }

  /// The schedules of `trace`.
  public init(of trace: Trace) { self.init(of: ReorderingModel(trace)) }

  /// Searches for what some correct reordering reaches.
  ///
  /// - Complexity: Exponential in threads; some 20 events are searched at once.
  public func all() -> Reach { search(keepingOrder: false) }

  /// Searches for what is reached by those in which acquires of one lock keep the order that they
  /// have in the trace.
  ///
  /// For traces of locks, accesses, forks and joins these are the sync-preserving races and deadlocks
  /// of [Mathur et al. 2021] and [Tunç et al. 2023].
  ///
  /// - Complexity: That of ``all()``.
  ///
  /// [Mathur et al. 2021]: https://doi.org/10.1145/3434317
  /// [Tunç et al. 2023]: https://arxiv.org/abs/2304.03692
  public func syncPreserving() -> Reach { search(keepingOrder: true) }

  private func search(keepingOrder: Bool) -> Reach {
    var reach = Reach()
    var seen: Set<ReorderingState> = [model.start]
    var open = [model.start]
    while let state = open.popLast() {
      reach.stateCount += 1
      guard reach.stateCount < stateLimit else {
        reach.isComplete = false
        break
      }
      let next = model.nextEvents(in: state)
      model.addRaces(among: next, in: state, to: &reach.racePairs)
      model.addDeadlocks(among: next, in: state, to: &reach.deadlocks)
      model.addHang(in: state, to: &reach.hangs)
      for index in next where index >= 0 {
        guard model.allows(index, in: state),
          !keepingOrder || model.keepsAcquireOrder(index, in: state)
        else { continue }
        let following = model.state(after: index, in: state)
        if seen.insert(following).inserted { open.append(following) }
      }
    }
    return reach
  }
}
