/// A way to choose schedules.
///
/// A strategy is asked at every scheduling point, also where there is one choice only. It sees no
/// memory, no clock and no other source of chance than the generator it is given: the same program and the
/// same numbers give the same schedule.
public protocol Strategy: Sendable {
  /// What a token calls it: letters and digits.
  var name: String { get }

  /// Whether no schedule is left that it has not tried. Only a search can say so.
  var isExhausted: Bool { get }

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

  /// The schedule has ended, with these steps.
  mutating func end(_ schedule: Schedule)
}

extension Strategy {
  public var isExhausted: Bool { false }
  public mutating func end(_ schedule: Schedule) {}
}

/// Numbers that only look like chance: SplitMix64.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Begins a sequence.
  public init(seed: UInt64) { state = seed }

  /// Begins the sequence of one schedule.
  public init(seed: UInt64, iteration: Int) {
    var first = SeededRandom(seed: seed)
    self.init(seed: first.next() &+ UInt64(truncatingIfNeeded: iteration) &* 0xD1B5_4A32_D192_ED03)
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is positive. Not quite even, by one in 2^64 divided by the bound.
  public mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from 0 up to 1.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
