import LockcheckFindings
import LockcheckTrace

/// One thing that a thread of a finding did, in words, and where.
struct Remark {
  /// Which step it belongs to.
  var step: Int
  /// The lock that was held, where the remark is about that; absent for the step itself.
  var held: ObjectID
  /// `Ann holds fork[0], taken here`, `Ann then asks for fork[1]`.
  var text: String
  /// Where in the code.
  var stack: StackID
}

extension Story {
  /// What every step did and the locks that were held then, in the order of the steps.
  var remarks: [Remark] {
    finding.steps.indices.flatMap { index -> [Remark] in
      let who = cast[finding.steps[index].thread]
      let held = holdingsWorthTelling(at: index).map { held in
        Remark(
          step: index, held: held.object,
          text: "\(who) holds \(cast[held.object])"
            + (held.mode == .shared ? " (to read)" : "")
            + (tables.place(of: held.stack, root: "") == nil ? "" : ", taken here"),
          stack: held.stack)
      }
      return held + [
        Remark(
          step: index, held: .absent, text: "\(who) \(action(at: index))",
          stack: finding.steps[index].stack)
      ]
    }
  }

  /// The step that stands for the finding where there is room for one place only.
  ///
  /// The same in every run: a cycle has no first thread, nor a race a first access, so of those it is the
  /// one whose place comes first, a write before a read.
  func primaryStep(root: String) -> Int {
    let places = finding.steps.indices.compactMap { index in
      tables.place(of: finding.steps[index].stack, root: root).map { (index, $0) }
    }
    guard finding.reason.isSymmetric else { return places.first?.0 ?? 0 }
    let best = places.min { one, other in
      let writes = [one, other].map { finding.steps[$0.0].operation.changesVariable }
      if writes[0] != writes[1] { return writes[0] }
      return (one.1.path, one.1.line, one.0) < (other.1.path, other.1.line, other.0)
    }
    return best?.0 ?? 0
  }

  /// The place of ``primaryStep(root:)``, or of a lock that its thread held.
  func primaryPlace(root: String) -> SourcePlace? {
    let step = primaryStep(root: root)
    guard step < finding.steps.count else { return nil }
    return tables.place(of: finding.steps[step].stack, root: root)
      ?? remarks.lazy.compactMap { self.tables.place(of: $0.stack, root: root) }.first
  }

  /// What a reader has to know first: the verdict and what it promises.
  func assurance(of reported: ReportedFinding) -> String {
    switch finding.verdict {
    case .observed: "It happened \(reported.promise)."
    case .predicted: "It can happen: \(reported.promise)."
    case .possible: "It looks possible: \(reported.promise)."
    }
  }
}

extension Reason {
  /// Whether no step comes before the others.
  fileprivate var isSymmetric: Bool {
    switch self {
    case .waitCycle, .orderCycle, .classCycle, .unordered, .unlocked, .noCommonLock: true
    default: false
    }
  }
}
