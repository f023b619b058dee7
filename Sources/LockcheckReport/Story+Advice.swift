package import LockcheckFindings
import LockcheckTrace

extension Story {
  /// What to do about it, with the objects by name.
  package var advice: String {
    let objects = list(cast.objects)
    let what = cast.objects.first ?? "it"
    switch finding.reason {
    case .orderCycle where finding.steps.contains { $0.operation == .join }:
      return joinAdvice
    case .orderCycle:
      return
        "Take \(list(finding.steps.indices.map(held(at:)))) in one order everywhere, or hold only one of them at a time: leave "
        + "the first section before taking the second lock or calling code that takes it."
    case .classCycle, .levelOrder: return classAdvice
    case .contended, .heldLong, .queued: return timesAdvice
    case .waitCycle where finding.steps.allSatisfy({ kind(of: $0.object).isLock }):
      return "Take \(objects) in one order everywhere, or hold only one of them at a time."
    case .waitCycle:
      return "Break the circle at one step: give a lock back before waiting for a thread, queue or "
        + "condition that needs it, or let another thread end the wait."
    case .relock:
      return "Split the function in two: one that takes \(what), and one for callers that hold it. "
        + "An RLock can be taken twice, where the state inside is whole when it is."
    case .nobodyLeft:
      return nobodyLeftAdvice
    case .behindStuck:
      return
        "Mend the finding about \(list(finding.steps.flatMap(\.waitsFor).uniqued().map { cast[$0] })) "
        + "first: this thread waits behind it."
    case .unordered:
      let locks = finding.steps.flatMap(\.holding).map(\.object).uniqued()
      return "Hold one lock at every access of \(what), reads as well"
        + (locks.count == 1 ? " (\(cast[locks[0]]) is held at one of these)" : "")
        + "; or order the accesses by a join or a queue, or make them atomic."
    case .unlocked:
      let locks = finding.steps.flatMap(\.holding).map(\.object).uniqued()
      return "Hold \(locks.isEmpty ? "one and the same lock" : list(locks.map { cast[$0] })) at "
        + "every access of \(what), reads as well."
    case .noCommonLock:
      return "Choose one of these locks to guard \(what), and hold it at every access."
    case .interleaved:
      return "Hold one lock from the first step of the block that uses \(objects) to the last, and "
        + "at every other use; or look again, under the lock, before acting on what was read."
    case .split(let lock):
      return "Hold \(cast[lock]) from the check to the change, or read \(what) again under "
        + "\(cast[lock]) before changing it."
    case .notHeld:
      return
        "Use withLock, or pair each lock() with one unlock() on the same thread. If \(what) is "
        + "meant to be handed over, make it a Lock(handover: true)."
    case .leaked:
      return
        "Use withLock, or write `defer { unlock() }` right below lock(), so that every way out "
        + "gives \(what) back."
    case .lockNotHeld:
      return
        "Wait and notify inside \(what).withLock, where what the waiter looks at is changed too."
    case .overdone:
      return "Call taskDone once for each item that get returned, in a defer right below it."
    case .stillInUse:
      return "Join the threads that use \(what), or wait until they have left, before it goes."
    case .refused(let refusal): return advice(refusal)
    case .alreadyDestroyed:
      return "Destroy \(what) behind its last use: join the threads that use it first. Or "
        + "initialize it anew before it is used again."
    case .twoLocks:
      return "Wait on \(what) with one lock everywhere, the one that guards what is waited for; "
        + "or make a condition for each lock."
    case .overrun:
      return "Release \(what) only where acquiring it has succeeded."
    case .upgrade, .recursiveRead, .wakerNeedsLock, .tooEarly, .mayBeTooEarly, .nobodyWaited,
      .notLookedAgain, .waitedUnlooked, .tasksLeft, .partiesMissing:
      return hangAdvice
    case .poolStarved(let pool, _), .poolNested(let pool, _, _): return poolAdvice(cast[pool])
    }
  }

  /// A thread that others wait for while they hold what it needs.
  private var joinAdvice: String {
    let joins = finding.steps.indices.filter { finding.steps[$0].operation == .join }
    let children = list(joins.map { cast[finding.steps[$0].child] }.uniqued())
    let locks = finding.steps.filter(\.object.isPresent).map { cast[$0.object] }.uniqued()
    return "Wait for \(children) with none of these locks held: give \(list(locks)) back before "
      + "joining, or have the thread do without."
  }

  private var nobodyLeftAdvice: String {
    guard let step = finding.steps.first else { return "Make sure that every wait is ended." }
    let what = cast[step.object]
    switch step.operation {
    case .acquire where kind(of: step.object).isLock:
      return "Give \(what) back on every way out of the code that takes it: use withLock."
    case .acquire: return "Release \(what) on every way out of the code that acquires it."
    case .get where kind(of: step.object) == .pool:
      return "Shut \(what) down when it is not needed."
    case .get: return "Close \(what) when the last item has been put."
    case .put: return "Keep a consumer alive for as long as something is put into \(what)."
    case .queueJoin: return "Call taskDone for every item that was put into \(what)."
    case .wait where kind(of: step.object) == .event: return "Set \(what) on every path."
    case .wait where kind(of: step.object) == .future:
      return "Give \(what) its result, or an error, on every path."
    case .wait where kind(of: step.object) == .barrier:
      return "Let as many threads arrive at \(what) as it was made for."
    case .wait:
      return
        "Change what the waiter looks at under the lock of \(what) and notify afterwards; wait "
        + "only while there is something to wait for."
    default: return "Make sure that somebody is left to end the wait."
    }
  }

  /// What the finding takes for granted, as a sentence; nil where it takes nothing for granted.
  package var reservations: String? {
    guard !finding.assumes.isEmpty else { return nil }
    return finding.assumes.map { assumption in
      switch assumption {
      case .valuesNotTraced:
        "No accesses to variables were recorded: a value passed around may forbid this schedule."
      case .approximateAccessOrder:
        "The accesses stand in the order of clocks, which need not be the order they took effect in."
      case .incompleteTrace:
        "Events are missing from the trace: what they did is not taken into account."
      case .writerPreference:
        "It needs an rwlock that lets a waiting writer hold up new readers."
      }
    }.joined(separator: " ")
  }
}

extension ReportedRuledOut {
  /// Why the pattern is none, as a sentence.
  package var explanation: String {
    switch pattern.reason {
    case .gateLock(let gate):
      "\(cast[gate]) is held around each of the steps: one thread at a time."
    case .ordered(let earlier, let later):
      "event \(earlier) always comes before event \(later) (fork, join or another order)."
    case .sameThread: "all steps are one thread's."
    case .sharedOnly: "every hold and every request is shared: readers do not keep each other out."
    case .boundedAttempt: "the waiting step is a try, or gives up after a while."
    case .ownershipTransfer: "it was handed from one owner to the next, never used by two at once."
    case .wakerWithoutLock(let waker):
      "\(cast[waker]) can end the wait without the lock that is held around it."
    }
  }
}
