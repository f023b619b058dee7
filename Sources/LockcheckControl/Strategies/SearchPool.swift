import LockcheckTrace

/// Schedules that wait to be run, the most telling first.
///
/// Deviations are of one kind when threads of the same shape are about to do the same. The first of each
/// kind comes before the second of any; among these, those to a thread that few are like come first, and those before a thread
/// is started last.
struct SearchPool: Sendable {
  private var buckets = Array(repeating: Bucket(), count: 4 * depth)
  private var counts: [UInt64: UInt8] = [:]
  private var lowest = 0
  private static var depth: Int { 8 }

  private struct Bucket: Sendable {
    var plans: [Int] = []
    var head = 0
  }

  var isEmpty: Bool { count == 0 }
  private var count = 0

  mutating func add(_ plan: Int, kind: UInt64, rank: Int) {
    let seen = counts[kind, default: 0]
    if seen < Self.depth - 1 { counts[kind] = seen + 1 }
    let bucket = Int(seen) * 4 + rank
    buckets[bucket].plans.append(plan)
    lowest = min(lowest, bucket)
    count += 1
  }

  mutating func removeFirst() -> Int? {
    guard count > 0 else { return nil }
    while buckets[lowest].head == buckets[lowest].plans.count { lowest += 1 }
    let plan = buckets[lowest].plans[buckets[lowest].head]
    buckets[lowest].head += 1
    count -= 1
    if buckets[lowest].head == buckets[lowest].plans.count {
      buckets[lowest].plans.removeAll()
      buckets[lowest].head = 0
    }
    return plan
  }
}

/// What kind of thread each is: those that do the same in the first schedule are alike.
struct ThreadShapes: Sendable {
  private var shapes: [ObjectMark: UInt64] = [:]
  private var alike: [UInt64: Int] = [:]

  init() {}

  init(_ schedule: Schedule) {
    for taken in schedule.steps {
      shapes[taken.choice.mark] = mixed(shapes[taken.choice.mark] ?? 1, taken.choice.step)
    }
    for shape in shapes.values { alike[shape, default: 0] += 1 }
  }

  /// The kind of going on with `choice` in place of `first`.
  func kind(of choice: Choice, insteadOf first: Choice) -> UInt64 {
    let from = mixed(shapes[first.mark] ?? 0, first.step)
    let to = mixed(shapes[choice.mark] ?? 0, choice.step)
    return (from &* 0x9E37_79B9_7F4A_7C15) ^ to ^ (choice.isTimeout ? 1 : 0)
  }

  /// How early it should be tried, from 0 to 3.
  func rank(of choice: Choice, insteadOf first: Choice) -> Int {
    if first.step.operation == .fork { return 3 }
    if first.step.operation == .start { return 2 }
    return (shapes[choice.mark].flatMap { alike[$0] } ?? 1) == 1 && !choice.isTimeout ? 0 : 1
  }

  private func mixed(_ shape: UInt64, _ step: Step) -> UInt64 {
    // Threads differ by what they start, and where they begin and end, without being unlike.
    let isOwn = step.operation.namesThread || step.operation == .start || step.operation == .exit
    var mixed = shape ^ (isOwn ? 0 : step.object.rawValue)
    mixed = (mixed &+ UInt64(step.operation.rawValue) &+ 1) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ (mixed >> 31)
  }
}
