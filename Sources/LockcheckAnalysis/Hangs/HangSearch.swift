import LockcheckTrace

/// Looks for schedules after which nobody can go on: everywhere in a small run, and where it is told to look
/// in a long one.
struct HangSearch {
  /// What there is to say of some waits.
  enum Answer {
    case found(Hang)
    /// No schedule leaves anybody waiting there for ever.
    case none
    case undecided
  }

  let model: HangModel
  /// Everything that a small run can come to.
  let space: HangSpace?
  private var drive: HangDrive

  /// Runs of at most as many events are modelled at all: some 50 bytes each.
  static let longestRun = 2_000_000

  /// - Complexity: Linear in events; for a small run, bounded by ``stateLimit`` states.
  ///
  /// - Parameter isAimed: Whether it is told where to look; else a run in which threads wait for locks and
  ///   one another only is left to those who know more of these.
  init(_ history: History, tables: TraceTables, isAimed: Bool) {
    model = HangModel(history, tables: tables)
    space =
      history.count <= Self.smallRun && (isAimed || model.hasOpenWaits)
      ? HangSpace(model, stateLimit: Self.stateLimit) : nil
    drive = HangDrive(model, budget: 10_000_000 + 100 * history.count)
  }

  /// Runs of at most as many events are searched whole.
  static let smallRun = 400
  /// How many states of a small run are looked at.
  static let stateLimit = 10_000
  /// How many waits of one pattern are tried, in a long run.
  private static let aimLimit = 16

  /// A hang in which a thread waits at one of some places.
  ///
  /// - Parameter holds: By place, where the thread could be held up before.
  mutating func hang(atOneOf places: [Int], holds: (Int) -> [Int]) -> Answer {
    if let space {
      let aims = Set(places)
      for hang in space.hangs {
        if let wait = hang.waits.first(where: { aims.contains($0.place) }) {
          return .found(hang.with(core: [wait.place]))
        }
      }
      if space.isComplete { return .none }
    }
    for place in places.prefix(Self.aimLimit) where !drive.isExhausted {
      if let hang = drive.hang(at: place, holds: holds(place)) {
        return .found(hang.with(core: [place]))
      }
    }
    return .undecided
  }

  /// A hang in which a thread waits at each of some places, all of different threads.
  mutating func hang(atAllOf places: [Int]) -> Answer {
    if let space {
      for hang in space.hangs {
        let waits = Set(hang.waits.map(\.place))
        if waits.isSuperset(of: places) { return .found(hang.with(core: places)) }
      }
      if space.isComplete { return .none }
    }
    if !drive.isExhausted, let hang = drive.hang(at: places) {
      return .found(hang.with(core: places))
    }
    return .undecided
  }
}
