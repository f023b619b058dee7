import LockcheckFindings
import LockcheckTrace

/// Every detector there is, as one: the list that a new detector adds its lines to.
///
/// A detector that can find nothing of what is looked for is kept, and shown nothing.
struct StandardDetectors: Detector {
  let interests = OperationSet.all
  let rules: [Rule]

  private var races = Wanted(FastTrackDetector())
  private var locksets = Wanted(LocksetDetector())
  private var lockOrder = Wanted(LockOrderDetector())
  private var waits = Wanted(WaitForDetector())
  private var nestedWaits = Wanted(NestedWaitDetector())
  private var upgrades = Wanted(UpgradeDetector())
  private var poolNesting = Wanted(PoolNestingDetector())
  private var misuse = Wanted(LockMisuseDetector())
  private var calls = Wanted(CallMisuseDetector())
  private var twoLocks = Wanted(TwoLocksDetector())
  private var atomicity = Wanted(AtomicityDetector())
  private var splits = Wanted(SplitSectionDetector())
  private var times = Wanted(ContentionDetector())

  /// Makes the detectors that it takes to say of each of `rules` all that there is to say.
  init(rules: [Rule] = Rule.all) {
    self.rules = rules
    var needed = Set(rules)
    // Hangs that no detector tells of are looked for in schedules, once all have told theirs.
    if !needed.isDisjoint(with: Prediction.hangRules) {
      needed.formUnion(Prediction.hangRules + [.lockOrderCycle])
    }
    // A cycle in which threads got stuck is told as that alone.
    if needed.contains(.lockOrderCycle) { needed.insert(.deadlock) }
    races.choose(by: needed)
    locksets.choose(by: needed)
    lockOrder.choose(by: needed)
    waits.choose(by: needed)
    nestedWaits.choose(by: needed)
    upgrades.choose(by: needed)
    poolNesting.choose(by: needed)
    misuse.choose(by: needed)
    calls.choose(by: needed)
    twoLocks.choose(by: needed)
    atomicity.choose(by: needed)
    splits.choose(by: needed)
    times.choose(by: needed)
  }

  @inline(__always)
  mutating func foresee(_ event: Event) {
    races.foresee(event)
    locksets.foresee(event)
  }

  @inline(__always)
  mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    races.observe(event, at: index, in: run)
    locksets.observe(event, at: index, in: run)
    lockOrder.observe(event, at: index, in: run)
    waits.observe(event, at: index, in: run)
    nestedWaits.observe(event, at: index, in: run)
    upgrades.observe(event, at: index, in: run)
    poolNesting.observe(event, at: index, in: run)
    misuse.observe(event, at: index, in: run)
    calls.observe(event, at: index, in: run)
    twoLocks.observe(event, at: index, in: run)
    atomicity.observe(event, at: index, in: run)
    splits.observe(event, at: index, in: run)
    times.observe(event, at: index, in: run)
  }

  mutating func finish(in run: borrowing Run) -> Detections {
    var detections = races.finish(in: run)
    detections.append(locksets.finish(in: run))
    detections.append(lockOrder.finish(in: run))
    detections.append(waits.finish(in: run))
    detections.append(nestedWaits.finish(in: run))
    detections.append(upgrades.finish(in: run))
    detections.append(poolNesting.finish(in: run))
    detections.append(misuse.finish(in: run))
    detections.append(calls.finish(in: run))
    detections.append(twoLocks.finish(in: run))
    detections.append(atomicity.finish(in: run))
    detections.append(splits.finish(in: run))
    detections.append(times.finish(in: run))
    return detections
  }
}

/// A detector that may not be needed.
private struct Wanted<Looker: Detector> {
  private var detector: Looker
  /// What it is shown: what it wants to see, or nothing.
  private var interests: OperationSet
  private var isNeeded = true

  init(_ detector: Looker) {
    self.detector = detector
    interests = detector.interests
  }

  /// Shows it nothing if it can find none of `rules`.
  mutating func choose(by rules: Set<Rule>) {
    isNeeded = detector.rules.contains { rules.contains($0) }
    interests = isNeeded ? detector.interests : []
  }

  @inline(__always)
  mutating func foresee(_ event: Event) {
    if interests.contains(event.operation) { detector.foresee(event) }
  }

  @inline(__always)
  mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    if interests.contains(event.operation) { detector.observe(event, at: index, in: run) }
  }

  mutating func finish(in run: borrowing Run) -> Detections {
    isNeeded ? detector.finish(in: run) : Detections()
  }
}

/// Detectors chosen at run time, as one.
struct DetectorList: Detector {
  let interests = OperationSet.all
  var rules: [Rule] { detectors.flatMap(\.rules) }

  private var detectors: [any Detector]
  /// For each operation, by raw value, the places of the detectors that want to see it.
  private let audience: [[Int]]

  init(_ detectors: [any Detector]) {
    self.detectors = detectors
    audience = Operation.allCases.map { operation in
      detectors.indices.filter { detectors[$0].interests.contains(operation) }
    }
  }

  mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    for place in audience[Int(event.operation.rawValue)] {
      detectors[place].observe(event, at: index, in: run)
    }
  }

  mutating func finish(in run: borrowing Run) -> Detections {
    var detections = Detections()
    for place in detectors.indices { detections.append(detectors[place].finish(in: run)) }
    return detections
  }
}
