/// Several strategies by turns: each finds what others miss.
///
/// Iteration 0 is the run without preemptions, from which all of them learn. Where its locks suggest deadlocks, the next
/// iterations hunt these, each once. The reversals of what threads share come next, each once, in turns with SURW. From
/// then on iteration i belongs to the member that stands there in a fixed cycle, and
/// is that member's own iteration i, except for the search, which counts its own.
package struct Portfolio: Strategy {
  package let name = "portfolio"
  package var memory: StrategyMemory { .everything }
  private var hunt = LockOrderHunt()
  private var reversal = ReversalHunt()
  private var search = BoundedSearch(preemptions: 2)
  private var surw: SURW
  private var pos = POS()
  private var urw = URW()
  private var pct2 = PCT(depth: 2)
  private var pct3 = PCT(depth: 3)
  private var even = RandomWalk()
  private var walk = RandomWalk(switchPercent: 20)
  private var member = Member.search
  private var searched = -1

  private enum Member: Sendable {
    case hunt, reversal, search, surw, pos, urw, pct2, pct3, random, walk
  }
  private static let opening: [Member] = [.reversal, .surw, .surw]
  private static let cycle: [Member] = [
    .surw, .surw, .search, .surw, .random, .surw, .search, .surw, .pos, .surw, .search, .surw,
    .walk,
    .surw, .search, .surw, .pct3, .surw, .search, .surw, .urw, .search, .surw, .pct2,
  ]
  /// So many deadlocks are hunted at most, and so many orders reversed.
  private static var huntCount: Int { 16 }

  /// Makes the default portfolio; `suspects` are handed to ``SURW``.
  package init(suspects: Set<ObjectMark> = []) { surw = SURW(suspects: suspects) }

  /// Whether every schedule with at most two preemptions has been run.
  package var isExhausted: Bool { search.isExhausted }

  /// The most preemptions such that every schedule with as many has been run, if it is known.
  package var exhaustedBound: Int? { search.exhaustedBound }

  package mutating func begin(iteration: Int, random: SeededRandom) {
    if iteration == 0 {
      hunt.begin(iteration: 0, random: random)
      reversal.begin(iteration: 0, random: random)
      surw.begin(iteration: 0, random: random)
      urw.begin(iteration: 0, random: random)
      pct2.begin(iteration: 0, random: random)
      pct3.begin(iteration: 0, random: random)
    }
    member = member(of: iteration)
    if member == .search, iteration > 0, search.hasEnded { member = .surw }
    switch member {
    case .hunt: hunt.begin(iteration: iteration, random: random)
    case .reversal: reversal.begin(iteration: own(iteration), random: random)
    case .search:
      searched += 1
      search.begin(iteration: searched, random: random)
    case .surw: surw.begin(iteration: iteration, random: random)
    case .pos: pos.begin(iteration: iteration, random: random)
    case .urw: urw.begin(iteration: iteration, random: random)
    case .pct2: pct2.begin(iteration: iteration, random: random)
    case .pct3: pct3.begin(iteration: iteration, random: random)
    case .random: even.begin(iteration: iteration, random: random)
    case .walk: walk.begin(iteration: iteration, random: random)
    }
    isProfile = iteration == 0
  }

  private var isProfile = false

  private func member(of iteration: Int) -> Member {
    guard iteration > 0 else { return .search }
    let hunts = min(hunt.circleCount, Self.huntCount)
    if iteration <= hunts { return .hunt }
    let reversals = Self.opening.count * min(reversal.huntCount, Self.huntCount)
    let place = iteration - 1 - hunts
    if place < reversals { return Self.opening[place % Self.opening.count] }
    return Self.cycle[(place - reversals) % Self.cycle.count]
  }

  /// How a reversal counts: from 1, without those between.
  private func own(_ iteration: Int) -> Int {
    (iteration - 1 - min(hunt.circleCount, Self.huntCount)) / Self.opening.count + 1
  }

  package mutating func choose(_ decision: Decision) -> Int {
    switch member {
    case .hunt: hunt.choose(decision)
    case .reversal: reversal.choose(decision)
    case .search: search.choose(decision)
    case .surw: surw.choose(decision)
    case .pos: pos.choose(decision)
    case .urw: urw.choose(decision)
    case .pct2: pct2.choose(decision)
    case .pct3: pct3.choose(decision)
    case .random: even.choose(decision)
    case .walk: walk.choose(decision)
    }
  }

  package mutating func noteCut() { if member == .search { search.noteCut() } }

  package mutating func end(_ schedule: Schedule) {
    if member == .search { search.end(schedule) }
    guard isProfile else { return }
    hunt.end(schedule)
    reversal.end(schedule)
    surw.end(schedule)
    urw.end(schedule)
    pct2.end(schedule)
    pct3.end(schedule)
  }

  package func origin(of iteration: Int) -> ScheduleOrigin {
    switch member {
    case .hunt: hunt.origin(of: iteration)
    case .reversal: reversal.origin(of: own(iteration))
    case .search: search.origin(of: searched)
    case .surw: surw.origin(of: iteration)
    case .pos: pos.origin(of: iteration)
    case .urw: urw.origin(of: iteration)
    case .pct2: pct2.origin(of: iteration)
    case .pct3: pct3.origin(of: iteration)
    case .random: even.origin(of: iteration)
    case .walk: walk.origin(of: iteration)
    }
  }
}
