package import LockcheckFindings
package import LockcheckTrace

extension Story {
  /// `T1 writes x`.
  package func doing(_ step: Step) -> String {
    "\(cast[step.thread]) "
      + deed(verb(step), step.operation, on: step.object, child: step.child)
  }

  /// `writes x`.
  package func doing(_ scheduled: ScheduledEvent) -> String {
    deed(
      verb(scheduled.operation, isPending: scheduled.isPending), scheduled.operation,
      on: scheduled.object, child: scheduled.child)
  }

  private func deed(
    _ verb: String, _ operation: Operation, on object: ObjectID, child: ThreadID
  ) -> String {
    if operation.namesThread { return "\(verb) \(cast[child])" }
    return operation.namesObject ? "\(verb) \(cast[object])" : verb
  }

  /// What is done to the object or thread that follows in the sentence: `writes`.
  func verb(_ step: Step) -> String { verb(step.operation, isPending: step.isPending) }

  private func verb(_ operation: Operation, isPending: Bool) -> String {
    switch operation {
    case .acquire: isPending ? "asks for" : "takes"
    case .release: "releases"
    case .wait: "waits on"
    case .notify: "notifies"
    case .set: "sets"
    case .clear: "clears"
    case .put: "puts into"
    case .get: "gets from"
    case .taskDone: "reports a task done to"
    case .queueJoin, .join: "joins"
    case .close: "closes"
    case .read: "reads"
    case .write: "writes"
    case .atomicRead: "atomically reads"
    case .atomicWrite: "atomically writes"
    case .atomicUpdate: "atomically updates"
    case .fork: "starts"
    case .start: "begins"
    case .exit: "ends"
    case .begin: "begins an atomic block"
    case .end: "ends an atomic block"
    case .create: "makes"
    case .destroy: "destroys"
    case .dummy: "does nothing"
    case .refused: "calls the C library"
    }
  }

  /// `T1 waits for B`: what a thread that cannot go on waits for.
  package func waiting(_ step: Step) -> String { "\(cast[step.thread]) \(waitingVerb(step))" }

  /// `T1 waits for B, which T2 holds`.
  func waitingForHolder(_ step: Step) -> String {
    let holder = (finding.waits + finding.steps).first { other in
      other.thread != step.thread && other.holding.contains { $0.object == step.object }
    }
    return waiting(step) + (holder.map { ", which \(cast[$0.thread]) holds" } ?? "")
  }

  /// `waits for B`.
  package func waitingVerb(_ step: Step) -> String {
    let object = step.object.isPresent ? cast[step.object] : ""
    switch step.operation {
    case .acquire where kind(of: step.object) == .semaphore:
      return "waits for a permit of \(object)"
    case .acquire where step.mode == .shared: return "waits for \(object) (to read)"
    case .acquire: return "waits for \(object)"
    case .wait where kind(of: step.object) == .event: return "waits for \(object) to be set"
    case .wait where kind(of: step.object) == .future: return "waits for the result of \(object)"
    case .wait where kind(of: step.object) == .barrier:
      return "waits for the others at \(object)"
    case .wait: return "waits to be notified on \(object)"
    case .put: return "waits for room in \(object)"
    case .get where kind(of: step.object) == .pool: return "waits for a task from \(object)"
    case .get: return "waits for an item from \(object)"
    case .queueJoin: return "waits for the tasks of \(object) to be done"
    case .join: return "waits for \(cast[step.child]) to end"
    default: return "\(verb(step)) \(object)"
    }
  }

  package func kind(of object: ObjectID) -> ObjectKind {
    object.isPresent && object.index < tables.objects.count
      ? tables.objects.kind(of: object) : .undetermined
  }
}
