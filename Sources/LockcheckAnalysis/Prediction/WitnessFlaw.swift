/// What is wrong with a schedule.
public struct WitnessFlaw: Error, Sendable, Equatable {
  /// A rule of `Docs/reordering.md`, and the sentence that is true of a schedule that breaks it.
  public enum Rule: String, Sendable, CaseIterable {
    /// The trace has no such event.
    case noSuchEvent = "the trace has no such event"
    /// It is not what its thread does next.
    case programOrder = "it is not what its thread does next"
    /// Its thread does not exist yet, as it did in the trace.
    case threadNotThere = "its thread does not exist yet, as it did in the trace"
    /// Its child has not been forked yet, as it was in the trace.
    case childNotThere = "its child has not been forked yet, as it was in the trace"
    /// Its child has not done all that it did before this in the trace.
    case childNotDone = "its child has not done all that it did before this in the trace"
    /// Its child has nothing left to do, so that this would not have given up.
    case childDone = "its child has nothing left to do, so that this would not have given up"
    /// Its object has not been created yet, as it was in the trace.
    case objectNotThere = "its object has not been created yet, as it was in the trace"
    /// What was done before is not what was done before it in the trace.
    case otherPast = "what was done before is not what was done before it in the trace"
    /// It sees another write than in the trace.
    case otherValue = "it sees another write than in the trace"
    /// Another thread holds the lock.
    case lockHeld = "another thread holds the lock"
    /// Its thread does not hold the lock.
    case lockNotHeld = "its thread does not hold the lock"
    /// Nobody holds the lock, so that this would not have given up.
    case lockFree = "nobody holds the lock, so that this would not have given up"
    /// The semaphore has too few permits.
    case tooFewPermits = "the semaphore has too few permits"
    /// The semaphore has enough permits, so that this would not have given up.
    case enoughPermits = "the semaphore has enough permits, so that this would not have given up"
    /// The semaphore would have more permits than it may.
    case pastBound = "the semaphore would have more permits than it may"
    /// No wakeup is left for this wait.
    case notWoken = "no wakeup is left for this wait"
    /// The flag is down, and was not raised since the wait began.
    case flagDown = "the flag is down, and was not raised since the wait began"
    /// The flag is up, so that this would not have given up.
    case flagUp = "the flag is up, so that this would not have given up"
    /// Not all of its round have come to the barrier.
    case roundNotFull = "not all of its round have come to the barrier"
    /// The queue is full.
    case queueFull = "the queue is full"
    /// The queue has room, so that this would not have given up.
    case queueHasRoom = "the queue has room, so that this would not have given up"
    /// The queue is closed.
    case queueClosed = "the queue is closed"
    /// The queue is open, so that this would not have been refused.
    case queueOpen = "the queue is open, so that this would not have been refused"
    /// The queue is empty.
    case queueEmpty = "the queue is empty"
    /// The queue is not empty, so that this would not have ended without an item.
    case queueNotEmpty = "the queue is not empty, so that this would not have ended without an item"
    /// The head of the queue is not the item that it got in the trace.
    case otherItem = "the head of the queue is not the item that it got in the trace"
    /// Every task of the queue is done already.
    case noTaskOpen = "every task of the queue is done already"
    /// The queue has tasks that are not done.
    case tasksOpen = "the queue has tasks that are not done"
    /// Every task of the queue is done, so that this would not have given up.
    case tasksDone = "every task of the queue is done, so that this would not have given up"
    /// This cannot be done to an object of that kind, or not in that state.
    case cannotHappen = "this cannot be done to an object of that kind, or not in that state"
    /// The goal names something that is no access.
    case noAccess = "the goal names something that is no access"
    /// The goal names one thread twice.
    case oneThread = "the goal names one thread twice"
    /// The two accesses of the goal do not conflict.
    case noConflict = "the two accesses of the goal do not conflict"
    /// The goal is no cycle: it takes two threads at least.
    case noCycle = "the goal is no cycle: it takes two threads at least"
    /// The step of the goal cannot block for ever.
    case cannotBlock = "the step of the goal cannot block for ever"
    /// The step of the goal does not wait for the thread of the next step.
    case waitsForAnother = "the step of the goal does not wait for the thread of the next step"
    /// The step of the goal has nothing to wait for.
    case goesOn = "the step of the goal has nothing to wait for"
    /// A thread that is not in the goal could go on.
    case someoneGoesOn = "a thread that is not in the goal could go on"
    /// The goal rests on an object whose events in the trace break its rules.
    case unclearObject = "the goal rests on an object whose events in the trace break its rules"
  }

  /// Which event of the trace, by its index.
  public var event: Int
  /// Where in the schedule it stands; nil where it belongs to the goal.
  public var position: Int?
  /// What it does, in words: `T1 acquire(A)`.
  public var action: String
  /// The rule that it breaks.
  public var rule: Rule
}

extension WitnessFlaw: CustomStringConvertible {
  /// The event and the rule in one sentence.
  public var description: String {
    let place = position.map { "position \($0), " } ?? "goal, "
    return "\(place)event \(event)\(action.isEmpty ? "" : " (\(action))"): \(rule.rawValue)"
  }
}
