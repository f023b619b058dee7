/// Several strategies by turns: each finds what others miss.
///
/// Iteration 0 is the run without preemptions, from which all of them learn. Iteration i > 0 belongs to the member that stands at
/// i in a fixed cycle, and is that member's own iteration i, except for the search, which counts its own.
public struct Portfolio: Strategy {
  public let name = "portfolio"
  public var memory: StrategyMemory { .everything }
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

  private enum Member: Sendable { case search, surw, pos, urw, pct2, pct3, random, walk }
  private static let cycle: [Member] = [
    .surw, .search, .random, .search, .surw, .search, .pos, .search, .surw, .search, .urw, .search,
    .surw, .search, .pct3, .search, .surw, .search, .walk, .search, .surw, .search, .pct2, .search,
  ]

  /// Makes the default portfolio; `suspects` are handed to ``SURW``.
  public init(suspects: Set<ObjectMark> = []) { surw = SURW(suspects: suspects) }

  /// Whether every schedule with at most two preemptions has been run.
  public var isExhausted: Bool { search.isExhausted }

  /// The most preemptions such that every schedule with as many has been run, if it is known.
  public var exhaustedBound: Int? { search.exhaustedBound }

  public mutating func begin(iteration: Int, random: SeededRandom) {
    if iteration == 0 {
      surw.begin(iteration: 0, random: random)
      urw.begin(iteration: 0, random: random)
      pct2.begin(iteration: 0, random: random)
      pct3.begin(iteration: 0, random: random)
    }
    member = iteration == 0 ? .search : Self.cycle[(iteration - 1) % Self.cycle.count]
    if member == .search, iteration > 0, search.hasEnded { member = .surw }
    switch member {
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

  public mutating func choose(_ decision: Decision) -> Int {
    switch member {
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

  public mutating func end(_ schedule: Schedule) {
    if member == .search { search.end(schedule) }
    guard isProfile else { return }
    surw.end(schedule)
    urw.end(schedule)
    pct2.end(schedule)
    pct3.end(schedule)
  }

  public func origin(of iteration: Int) -> ScheduleOrigin {
    switch member {
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
