import LockcheckControl

/// Sets of deviations near those of a schedule, none larger.
struct DeviationMoves {
  private let deviations: [Deviation]
  /// Every thread of the schedule, in the order in which they first went on.
  private var threads: [ObjectMark] = []
  /// Where a run could deviate: before each step, by who took it.
  private var places: [Deviation.Place] = []

  /// So many sets of one sort are tried at most: a long schedule has no end of them.
  static let limit = 400

  init(of schedule: Schedule) {
    deviations = schedule.deviations
    var progress: [ObjectMark: Int] = [:]
    for taken in schedule.steps {
      let mark = taken.choice.mark
      if progress[mark] == nil { threads.append(mark) }
      places.append(Deviation.Place(mark, after: progress[mark, default: 0]))
      progress[mark, default: 0] += 1
    }
  }

  /// Those that are smaller first, since each of them that fails is a gain; then those that may need
  /// fewer switches.
  var candidates: some Sequence<[Deviation]> {
    [
      Array(merged.prefix(Self.limit)), Array(replaced.prefix(Self.limit)),
      Array(moved.prefix(Self.limit)),
    ].joined()
  }

  /// One deviation at the place of one and to the thread of another, instead of both.
  private var merged: some Sequence<[Deviation]> {
    pairs.lazy.flatMap { one, other in
      [(one, other), (other, one)].map { place, target in
        var rest = deviations
        rest[place].thread = deviations[target].thread
        rest[place].isTimeout = deviations[target].isTimeout
        rest.remove(at: target)
        return rest
      }
    }
  }

  /// Any deviation instead of two.
  private var replaced: some Sequence<[Deviation]> {
    pairs.lazy.flatMap { one, other in
      let rest = deviations.indices.filter { $0 != one && $0 != other }.map { deviations[$0] }
      return places.flatMap { place in
        threads.filter { $0 != place.thread }.map { rest + [Deviation(at: place, to: $0)] }
      }
    }
  }

  /// One deviation a little earlier or later in the life of the thread that it passes over, or to
  /// another thread.
  private var moved: some Sequence<[Deviation]> {
    deviations.indices.lazy.flatMap { index in
      variants(of: deviations[index]).map { variant in
        var moved = deviations
        moved[index] = variant
        return moved
      }
    }
  }

  private func variants(of old: Deviation) -> [Deviation] {
    var variants: [Deviation] = []
    for shift in [-1, 1, -2, 2, -4, 4] where old.place.steps + shift >= 0 {
      var variant = old
      variant.place.steps += shift
      variants.append(variant)
    }
    for thread in threads where thread != old.thread && thread != old.place.thread {
      variants.append(Deviation(at: old.place, to: thread))
    }
    return variants
  }

  /// Neighbours first: they are the likeliest to be one.
  private var pairs: [(Int, Int)] {
    let count = min(deviations.count, Self.limit)
    guard count > 1 else { return [] }
    return (1..<count).flatMap { distance in
      (0..<count - distance).map { ($0, $0 + distance) }
    }
  }
}
