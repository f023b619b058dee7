/// A turn given to another thread than a run without preemptions would give it to.
///
/// It says where by the progress of the thread that is passed over, "before its seventh step", and not by a
/// count of all steps: when another deviation is taken away or moved, the steps of other threads move to
/// other places of the schedule, but most threads still take the same steps in the same order, and what is
/// left keeps its meaning. For the same reason it names threads by their marks, since the numbers change
/// when threads are started in another order. Several deviations may pass over one thread before one step
/// of it: they count in their order.
///
/// Applied to the schedule they were read from, all of them give that schedule back: whoever is passed over
/// has taken no step in between, and a thread that is not passed over takes one, so a place that is left is
/// left for good.
public struct Deviation: Sendable, Hashable {
  /// A point in the life of a thread.
  public struct Place: Sendable, Hashable {
    /// Which thread.
    public var thread: ObjectMark
    /// How many steps it has taken.
    public var steps: Int

    /// Describes a point.
    public init(_ thread: ObjectMark, after steps: Int) {
      self.thread = thread
      self.steps = steps
    }
  }

  /// Who is passed over, and where.
  public var place: Place
  /// Who goes on instead; the same thread where its wait comes to its deadline instead of going on.
  public var thread: ObjectMark
  /// Whether it is the end of a wait by its deadline.
  public var isTimeout: Bool

  /// Describes a deviation.
  public init(at place: Place, to thread: ObjectMark, isTimeout: Bool = false) {
    self.place = place
    self.thread = thread
    self.isTimeout = isTimeout
  }
}

extension Schedule {
  /// What tells this schedule from a run without preemptions, in order.
  ///
  /// - Complexity: O(steps).
  public var deviations: [Deviation] {
    var progress: [ObjectMark: Int] = [:]
    var found: [Deviation] = []
    for taken in steps {
      if taken.isDeviation {
        let passedOver = taken.usual.mark
        found.append(
          Deviation(
            at: .init(passedOver, after: progress[passedOver, default: 0]), to: taken.choice.mark,
            isTimeout: taken.choice.isTimeout))
      }
      progress[taken.choice.mark, default: 0] += 1
    }
    return found
  }
}
