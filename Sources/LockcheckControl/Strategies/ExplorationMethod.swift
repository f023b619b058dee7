/// A strategy as a token names it.
public enum ExplorationMethod: Sendable, Hashable, CustomStringConvertible {
  /// Every choice is as likely as every other: `random`.
  case random
  /// A walk that leaves the running thread with this probability in percent, 1 to 100: `walk20`.
  case walk(percent: Int)
  /// ``PCT`` for bugs of this depth, 1 to 100: `pct3`.
  case pct(depth: Int)
  /// ``POS``: `pos`.
  case pos
  /// ``URW``: `urw`.
  case urw
  /// ``SURW``: `surw`.
  case surw
  /// ``BoundedSearch`` with at most so many preemptions, 0 to 100: `bounded2`.
  case bounded(preemptions: Int)
  /// ``LockOrderHunt``: `hunt`.
  case hunt
  /// ``ReversalHunt``: `reversal`.
  case reversal
  /// ``Portfolio``: `portfolio`.
  case portfolio

  /// Reads the name of a strategy.
  ///
  /// - Throws: ``UnknownMethod`` if there is none of that name.
  public init(parsing name: String) throws(UnknownMethod) {
    switch name {
    case "random": self = .random
    case "pos": self = .pos
    case "urw": self = .urw
    case "surw": self = .surw
    case "hunt": self = .hunt
    case "reversal": self = .reversal
    case "portfolio": self = .portfolio
    default:
      let word = name.prefix { $0.isLetter }
      let digits = name.dropFirst(word.count)
      guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
        let number = Int(digits), String(number) == digits
      else { throw UnknownMethod(name: name) }
      switch (word, number) {
      case ("walk", 1...100): self = .walk(percent: number)
      case ("pct", 1...100): self = .pct(depth: number)
      case ("bounded", 0...100): self = .bounded(preemptions: number)
      default: throw UnknownMethod(name: name)
      }
    }
  }

  /// Its name, which ``init(parsing:)`` reads.
  public var description: String {
    switch self {
    case .random: "random"
    case .walk(let percent): "walk\(percent)"
    case .pct(let depth): "pct\(depth)"
    case .pos: "pos"
    case .urw: "urw"
    case .surw: "surw"
    case .bounded(let preemptions): "bounded\(preemptions)"
    case .hunt: "hunt"
    case .reversal: "reversal"
    case .portfolio: "portfolio"
    }
  }

  /// Makes the strategy, as it is before its first schedule.
  ///
  /// - Parameter suspects: Objects on which the order of steps is suspected to matter.
  package func strategy(suspects: Set<ObjectMark> = []) -> any Strategy {
    switch self {
    case .random: RandomWalk()
    case .walk(let percent): RandomWalk(switchPercent: percent)
    case .pct(let depth): PCT(depth: depth)
    case .pos: POS()
    case .urw: URW()
    case .surw: SURW(suspects: suspects)
    case .bounded(let preemptions): BoundedSearch(preemptions: preemptions)
    case .hunt: LockOrderHunt()
    case .reversal: ReversalHunt()
    case .portfolio: Portfolio(suspects: suspects)
    }
  }
}

/// No strategy has this name.
public struct UnknownMethod: Error, Hashable, CustomStringConvertible {
  /// The name.
  public var name: String

  /// Says so of this name.
  public init(name: String) { self.name = name }

  /// What is wrong, and which names there are.
  public var description: String {
    "no way to explore is called \"\(name)\": there are random, walk1 to walk100, pct1 to pct100, pos, urw, "
      + "surw, bounded0 to bounded100, hunt, reversal and portfolio"
  }
}
