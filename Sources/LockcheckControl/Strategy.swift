/// A way to choose schedules.
///
/// A strategy is asked at every scheduling point, also where there is one choice only. It sees no
/// memory, no clock and no other source of chance than the generator it is given: the same program and the
/// same numbers give the same schedule.
package protocol Strategy: Sendable {
  /// What a token calls it: letters and digits.
  var name: String { get }

  /// Whether no schedule is left that it has not tried. Only a search can say so.
  var isExhausted: Bool { get }

  /// What it must have seen before a schedule can be run again from its iteration alone.
  var memory: StrategyMemory { get }

  /// Under which name and iteration a schedule can be run again: its own, or those of the member of a
  /// portfolio that makes it. Asked between `begin` and `end`.
  func origin(of iteration: Int) -> ScheduleOrigin

  /// A schedule begins.
  ///
  /// - Parameters:
  ///   - iteration: Its number, from 0.
  ///   - random: Where chance comes from in this schedule. It depends on the seed and the iteration alone.
  mutating func begin(iteration: Int, random: SeededRandom)

  /// Chooses who goes on.
  ///
  /// - Returns: An index into the decision's choices.
  mutating func choose(_ decision: Decision) -> Int

  /// The schedule ends although somebody could go on: it got too long.
  mutating func noteCut()

  /// The schedule has ended, with these steps.
  ///
  /// A strategy learns from what its ``memory`` names and from nothing else.
  mutating func end(_ schedule: Schedule)
}

extension Strategy {
  package var isExhausted: Bool { false }
  package var memory: StrategyMemory { .nothing }
  package func origin(of iteration: Int) -> ScheduleOrigin {
    ScheduleOrigin(strategy: name, iteration: iteration, memory: memory)
  }
  package mutating func noteCut() {}
  package mutating func end(_ schedule: Schedule) {}
}

/// What a strategy learns from.
///
/// To run schedule `i` again: with ``nothing``, run `i`; with ``profile``, run 0, then `i`; with ``everything``, run
/// 0 to `i`. Each run is told to the strategy by `begin` and `end`.
package enum StrategyMemory: Sendable, Hashable {
  /// Nothing: a schedule depends on the program, the seed and the iteration.
  case nothing
  /// The schedule of iteration 0, in which it preempts nobody.
  case profile
  /// Every schedule before.
  case everything
}

/// Where a schedule comes from, as a token tells it.
package struct ScheduleOrigin: Sendable, Hashable {
  /// The strategy, by its name.
  package var strategy: String
  /// The iteration, as that strategy counts.
  package var iteration: Int
  /// What that strategy must have seen before.
  package var memory: StrategyMemory

  /// Names a schedule.
  package init(strategy: String, iteration: Int, memory: StrategyMemory) {
    self.strategy = strategy
    self.iteration = iteration
    self.memory = memory
  }
}

/// Numbers that only look like chance: SplitMix64.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Begins a sequence.
  package init(seed: UInt64) { state = seed }

  /// Begins the sequence of one schedule.
  package init(seed: UInt64, iteration: Int) {
    var first = SeededRandom(seed: seed)
    self.init(seed: first.next() &+ UInt64(truncatingIfNeeded: iteration) &* 0xD1B5_4A32_D192_ED03)
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is positive. Not quite even, by one in 2^64 divided by the bound.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from 0 up to 1.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
