import LockcheckFindings
import LockcheckTrace

extension Story {
  /// What a refused call was, and what the answer means.
  func refused(_ step: Step, _ refusal: Refusal) -> String {
    let object = step.object.isPresent ? " on \(cast[step.object])" : ""
    return "\(cast[step.thread]) calls \(refusal.call.name)\(object), and the C library refuses "
      + "with \(refusal.error.name): \(refusal.meaning)."
  }

  /// What was used after its end, and who had ended it.
  func usedAfterDestroy(_ refusal: Refusal?) -> String {
    guard let use = finding.steps.first, let end = finding.steps.last else { return title + "." }
    let before = "which \(end.thread == use.thread ? "it" : cast[end.thread]) destroyed before"
    guard let refusal else { return "\(doing(use)), \(before)." }
    return "\(cast[use.thread]) calls \(refusal.call.name) on \(cast[use.object]), \(before), "
      + "and the C library refuses with \(refusal.error.name)."
  }

  /// Who waits with which lock.
  func twoLocks(_ lock: ObjectID, _ other: ObjectID) -> String {
    guard let second = finding.steps.first, let first = finding.steps.last else {
      return title + "."
    }
    return "\(doing(second)) with \(cast[lock]) while \(cast[first.thread]) waits on it with "
      + "\(cast[other])."
  }

  /// What to do about a refused call.
  func advice(_ refusal: Refusal) -> String {
    switch refusal.error {
    case .noSuchThread:
      return "Join or detach each thread once, and use its pthread_t no more from then on: the "
        + "system gives it to other threads."
    case .invalid where refusal.call.isOfThread:
      return "Either join a thread, once, or detach it."
    case .invalid where refusal.call.hasTime && !refusal.call.isOfMutex:
      return "Carry what is a whole second of the nanoseconds over into the seconds."
    case .invalid where refusal.call.isInit:
      return "Give \(refusal.call.name) what it takes, and look at its answer: nothing was made."
    case .invalid:
      return "Initialize it before its first use, and look for what writes over it."
        + (refusal.call.hasTime ? " Or carry whole seconds of the nanoseconds over." : "")
    case .deadlock where refusal.call.isOfThread:
      return "Let another thread join this one, or detach it."
    case .deadlock:
      return "Take it once: split the function in two, one that takes it and one for callers that "
        + "hold it. Where the program goes by the answer, mute this."
    case .exhausted: return "Give it back as often as it is taken."
    case .overflow: return "Post only where something was taken or made."
    }
  }
}

extension LibraryCall {
  /// Whether it is about a thread.
  fileprivate var isOfThread: Bool { name.contains("join") || self == .threadDetach }
  fileprivate var isOfMutex: Bool { name.hasPrefix("pthread_mutex_") }
  fileprivate var isInit: Bool { name.hasSuffix("_init") }
  /// Whether it is told when to give up.
  fileprivate var hasTime: Bool { name.contains("_timed") || name.contains("_clock") }
}

extension Refusal {
  /// What the answer says of the call.
  fileprivate var meaning: String {
    switch (error, call) {
    case (.noSuchThread, _):
      return "there is no such thread any more; it was joined before, or was detached and has ended"
    case (.deadlock, _) where call.isOfThread:
      return "the thread would wait for itself, or for one that waits for it"
    case (.deadlock, _) where call.isOfMutex: return "the thread holds it already"
    case (.deadlock, _): return "the thread holds it already, to write"
    case (.exhausted, _): return "it is taken more often than can be counted"
    case (.overflow, _): return "it has as many permits as can be counted"
    case (.invalid, .semInit): return "the value is more than a semaphore can have"
    case (.invalid, .barrierInit): return "the count is 0, or too large"
    case (.invalid, .mutexInit): return "the attributes are not valid"
    case (.invalid, .threadDetach): return "the thread is detached already"
    case (.invalid, _) where call.isOfThread:
      return "the thread is detached, or another one joins it already, or the time is not valid"
    case (.invalid, _) where call.isOfMutex:
      return "there is no mutex that was initialized and not destroyed"
        + (call.hasTime ? ", or the time is not valid" : "")
    case (.invalid, _) where call.hasTime:
      return "the time is not valid; its nanoseconds are below 0 or a second or more, or there is "
        + "no such clock"
    case (.invalid, _): return "what it was given is not valid"
    }
  }
}
