/// A schedule by its differences from a run without preemptions, with enough about the rest to notice when
/// a program no longer follows it.
public struct ExactSchedule: Sendable, Hashable {
  /// A step at which a run without preemptions would have done otherwise.
  ///
  /// It stands for a position in this very schedule, so it counts steps from the beginning of the run. (A
  /// ``Deviation`` outlives changes to the schedule around it, and counts otherwise.)
  public struct Turn: Sendable, Hashable {
    /// How many steps were taken before.
    public var step: Int
    /// Who took it, by number.
    public var thread: Int
    /// Whether it was the end of a wait by its deadline.
    public var isTimeout: Bool
    /// What was done, in a word: for a message, and never compared.
    public var operation: String
    /// What it was done to, as a person calls it; nil where there is nothing. Never compared.
    public var object: String?

    /// Describes a turn.
    public init(
      step: Int, thread: Int, isTimeout: Bool = false, operation: String, object: String? = nil
    ) {
      self.step = step
      self.thread = thread
      self.isTimeout = isTimeout
      self.operation = operation
      self.object = object
    }
  }

  /// How many steps there are.
  public let stepCount: Int
  /// The differences, in order.
  public let turns: [Turn]
  /// A character for each checked step, and one for each turn, in the order of the steps.
  let checks: [UInt8]
  /// What ``ScheduleDigest`` says at the end.
  let digest: UInt64

  /// Writes down a schedule.
  ///
  /// - Complexity: O(steps).
  public init(_ schedule: Schedule, labels: StepLabels) {
    stepCount = schedule.steps.count
    turns = schedule.steps.indices.compactMap { index in
      let taken = schedule.steps[index]
      guard taken.isDeviation else { return nil }
      let words = labels.words(for: taken.choice)
      return Turn(
        step: index, thread: words.thread, isTimeout: words.isTimeout, operation: words.operation,
        object: words.object)
    }
    let stride = Self.stride(ofSteps: schedule.steps.count)
    var digest = ScheduleDigest()
    var checks: [UInt8] = []
    for (index, taken) in schedule.steps.enumerated() {
      digest.add(taken.choice)
      if taken.isDeviation || (index + 1) % stride == 0 { checks.append(digest.character) }
    }
    self.checks = checks
    self.digest = digest.value & ~0xFFFF
  }

  /// What a token says; ``checkCount`` is how many checks there must be.
  init(stepCount: Int, turns: [Turn], checks: [UInt8], digest: UInt64) {
    precondition(checks.count == Self.checkCount(steps: stepCount, turns: turns))
    self.stepCount = stepCount
    self.turns = turns
    self.checks = checks
    self.digest = digest
  }

  /// Every how many steps one is checked: all of them up to 120, and then so few that no more
  /// than 120 are.
  static func stride(ofSteps count: Int) -> Int { max(1, count / 120 + (count % 120 == 0 ? 0 : 1)) }

  /// How many checks belong to a schedule of that many steps with these turns.
  static func checkCount(steps: Int, turns: [Turn]) -> Int {
    let stride = stride(ofSteps: steps)
    return steps / stride + turns.count { ($0.step + 1) % stride != 0 }
  }
}

extension ExactSchedule {
  /// What stands in a token behind `lc1:exact:`.
  var fields: String {
    let turns = turns.map(\.field).joined(separator: ",")
    return "\(stepCount):\(turns):\(String(decoding: checks, as: UTF8.self)):"
      + ScheduleDigest.text(of: digest)
  }
}

extension ExactSchedule.Turn {
  /// `17.T2.lock.accounts`, `9.T1.wait+timeout.gate`, `4.T0.yield`.
  fileprivate var field: String {
    var field = "\(step).T\(thread).\(operation)" + (isTimeout ? "+timeout" : "")
    if let object { field += "." + TokenName.encoded(object) }
    return field
  }
}
