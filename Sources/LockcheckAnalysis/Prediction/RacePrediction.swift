import LockcheckTrace

/// Finds accesses that another schedule of the same run brings side by side.
///
/// Sync-preserving races [Mathur, Pavlogiannis & Viswanathan 2021] first: the closure of what comes
/// before the two accesses must hold neither. For accesses of one sort by one thread to those of another
/// sort by another, cursors move only forward and the closure only grows, as the paper has it; but the
/// closures are of sets of positions and are found by following causes back
/// (``SyncPreservingClosure``), not by a clock for every event, so that only pairs that no lock keeps
/// apart cost anything.
///
/// An access that races with none in this way is handed to ``ScheduleSearch``, with the accesses that
/// may be its partners.
///
/// [Mathur, Pavlogiannis & Viswanathan 2021]: https://doi.org/10.1145/3434317
struct RacePrediction {
  /// Two accesses, the earlier one first, and the events that lead there.
  struct Race {
    var earlier: Int
    var later: Int
    /// Nil where it is that of the closure: see ``RacePrediction/schedule(of:in:)``.
    var schedule: FoundSchedule?
  }

  /// What keeps the two sorts of access apart so far.
  private struct Duel {
    var closure: SyncPreservingClosure
    var cursor = 0
    var isOver = false
  }

  private(set) var races: [Race] = []
  /// Accesses of which the search could not say whether they meet, with one that they may meet: the earlier
  /// one first.
  private(set) var undecided: [(earlier: Int, later: Int)] = []
  /// Whether some accesses were not looked at, for lack of budget.
  private(set) var isCutShort = false
  /// How much may still be spent: a closure of few threads costs one or two.
  private(set) var budget: Int

  init(budget: Int) { self.budget = budget }

  /// Looks at all accesses to one variable.
  ///
  /// - Parameters:
  ///   - isKnown: Whether the access at a place is known to race with an earlier one.
  ///   - search: Where to look for schedules that change the order of sections; nil for not at all.
  mutating func predict(
    _ accesses: VariableAccesses, in index: borrowing RunIndex, isKnown: (Int) -> Bool,
    search: inout ScheduleSearch?
  ) {
    var duels: [SIMD2<Int>: Duel] = [:]
    for (later, group) in accesses.accesses where !isKnown(later) {
      var race: Race?
      for rival in accesses.rivals[group] {
        guard budget > 0 else {
          isCutShort = true
          return
        }
        let pair = SIMD2(rival, group)
        // Taken out, so that it is changed where it is and not copied.
        var duel = duels.removeValue(forKey: pair) ?? newDuel(in: index)
        let known = duel.closure.work
        let earlier = meet(accesses.groups[rival], later, &duel, in: index)
        budget -= (duel.closure.work - known) / Self.workPerUnit
        duels[pair] = duel
        if let earlier {
          race = Race(earlier: earlier, later: later)
          break
        }
      }
      if race == nil, search != nil, budget > 0 {
        race = searched(later, group, accesses, in: index, &search!)
      }
      if let race { races.append(race) }
    }
  }

  /// What a duel remembers grows with the threads, so that it costs accordingly.
  private mutating func newDuel(in index: borrowing RunIndex) -> Duel {
    budget -= 8 + index.threadCount / 8
    return Duel(closure: SyncPreservingClosure(threadCount: index.threadCount))
  }

  /// How many numbers a closure looks at for one unit of the budget.
  private static let workPerUnit = 64

  /// The first of the rival's accesses that a sync-preserving schedule puts beside `later`.
  private mutating func meet(
    _ rival: VariableAccesses.Group, _ later: Int, _ duel: inout Duel, in index: borrowing RunIndex
  ) -> Int? {
    let thread = index.thread(of: later)
    let position = Int(index.position[later])
    if duel.isOver { return nil }
    duel.closure.raise(before: later, in: index)
    while duel.cursor < rival.places.count, rival.places[duel.cursor] < later {
      let earlier = rival.places[duel.cursor]
      duel.closure.raise(before: earlier, in: index)
      budget -= 1
      guard duel.closure.close(in: index) else {
        duel.isOver = true
        return nil
      }
      if duel.closure[rival.thread.index] > Int(index.position[earlier]) {
        duel.cursor += 1
        continue
      }
      return duel.closure[thread] > position ? nil : earlier
    }
    return nil
  }

  /// Looks for a schedule that changes the order of sections.
  private mutating func searched(
    _ later: Int, _ group: Int, _ accesses: VariableAccesses, in index: borrowing RunIndex,
    _ search: inout ScheduleSearch
  ) -> Race? {
    var open: Int?
    for earlier in partners(of: later, group, accesses, in: index) {
      switch search.schedule(to: [earlier, later], in: index) {
      case .found(let schedule): return Race(earlier: earlier, later: later, schedule: schedule)
      case .impossible: break
      case .undecided: open = open ?? earlier
      }
    }
    if let open { undecided.append((open, later)) }
    return nil
  }

  /// Earlier accesses that nothing but locks keeps away from `later`, the latest of each sort first.
  private mutating func partners(
    of later: Int, _ group: Int, _ accesses: VariableAccesses, in index: borrowing RunIndex
  ) -> [Int] {
    guard !accesses.rivals[group].isEmpty else { return [] }
    var closure = CausalClosure(threadCount: index.threadCount)
    closure.raise(before: later, in: index)
    closure.close(in: index)
    budget -= closure.work / Self.workPerUnit
    var partners: [Int] = []
    for rival in accesses.rivals[group] {
      let places = accesses.groups[rival].places
      let known = closure.included[accesses.groups[rival].thread.index]
      let last = places.partitioningIndex { $0 > later }
      let first = places.partitioningIndex { index.position[$0] >= known }
      guard first < last else { continue }
      let range = places[first..<last]
      partners += range.suffix(Self.partnerLimit).reversed()
      if range.count > Self.partnerLimit { partners.append(range[first]) }
    }
    return partners
  }

  /// How many accesses of one sort are tried as partners of one access.
  private static let partnerLimit = 6

  /// The schedule that puts a sync-preserving race's accesses side by side.
  static func schedule(of race: Race, in index: borrowing RunIndex) -> FoundSchedule? {
    if let schedule = race.schedule { return schedule }
    var closure = SyncPreservingClosure(threadCount: index.threadCount)
    closure.raise(before: race.earlier, in: index)
    closure.raise(before: race.later, in: index)
    guard closure.close(in: index) else { return nil }
    return index.schedule(of: closure, before: [race.earlier, race.later])
  }
}

extension Array {
  /// The first place from which on `isBeyond` holds, of an array in which it holds from somewhere on.
  fileprivate func partitioningIndex(_ isBeyond: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
