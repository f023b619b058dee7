/// How long something took, added up over the times that it was done.
public struct TimeSpent: Sendable, Hashable {
  /// How often.
  public private(set) var count: UInt64 = 0
  /// In all, in nanoseconds.
  public private(set) var total: UInt64 = 0
  /// The longest of them, in nanoseconds.
  public private(set) var longest: UInt64 = 0

  /// Nothing yet.
  public init() {}

  /// Adds one more.
  ///
  /// - Returns: Whether it is the longest so far.
  @discardableResult
  public mutating func add(_ nanoseconds: UInt64) -> Bool {
    let isLongest = count == 0 || nanoseconds > longest
    count += 1
    let (sum, overflow) = total.addingReportingOverflow(nanoseconds)
    total = overflow ? .max : sum
    if isLongest { longest = nanoseconds }
    return isLongest
  }
}

extension TimeSpent {
  /// Adds what was spent elsewhere.
  public mutating func add(_ other: TimeSpent) {
    count += other.count
    let (sum, overflow) = total.addingReportingOverflow(other.total)
    total = overflow ? .max : sum
    longest = max(longest, other.longest)
  }
}

/// Where time went, of a finding about that: what its sentences and numbers are made of.
public struct TimeAccount: Sendable, Hashable {
  /// Waits for the lock.
  public var waits = TimeSpent()
  /// Holds of the lock.
  public var holds = TimeSpent()
  /// By step: the waits at its place, where the finding is about several.
  public var sites: [TimeSpent] = []
  /// How long the run was, in nanoseconds.
  public var span: UInt64 = 0
  /// How long the hold of the steps was, where the finding is about one.
  public var hold: UInt64 = 0
  /// Whether a thread waited as that hold ended.
  public var isWaitedFor = false
  /// How many turns in a row there were, and by how many threads, where the finding is about a queue.
  public var turns = 0
  /// See ``turns``.
  public var threads = 0

  /// Nothing spent.
  public init() {}
}
