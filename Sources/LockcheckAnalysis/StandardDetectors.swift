import LockcheckFindings
import LockcheckTrace

/// Every detector there is, as one: the list that a new detector adds its lines to.
struct StandardDetectors: Detector {
  let interests = OperationSet.all

  private var races = FastTrackDetector()
  private var locksets = LocksetDetector()
  private var lockOrder = LockOrderDetector()
  private var waits = WaitForDetector()
  private var misuse = LockMisuseDetector()
  private var atomicity = AtomicityDetector()

  @inline(__always)
  mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    races.observe(event, at: index, in: run)
    let operation = event.operation
    if locksets.interests.contains(operation) { locksets.observe(event, at: index, in: run) }
    if lockOrder.interests.contains(operation) { lockOrder.observe(event, at: index, in: run) }
    if waits.interests.contains(operation) { waits.observe(event, at: index, in: run) }
    if misuse.interests.contains(operation) { misuse.observe(event, at: index, in: run) }
    if atomicity.wants(operation) { atomicity.observe(event, at: index, in: run) }
  }

  mutating func finish(in run: borrowing Run) -> Detections {
    var detections = races.finish(in: run)
    detections.append(locksets.finish(in: run))
    detections.append(lockOrder.finish(in: run))
    detections.append(waits.finish(in: run))
    detections.append(misuse.finish(in: run))
    detections.append(atomicity.finish(in: run))
    return detections
  }
}

/// Detectors chosen at run time, as one.
struct DetectorList: Detector {
  let interests = OperationSet.all

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
