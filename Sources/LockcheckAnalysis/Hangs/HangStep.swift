/// One event, as a search for hangs looks at it.
struct HangStep {
  /// What it does, and what came of it.
  enum Action: UInt8 {
    /// Nothing that another thread could notice.
    case silent
    /// Only what stood before it in the trace is known to allow it: it is never done.
    case unknown
    case fork, join, joinGivenUp, joinRefused
    case read, write, update
    case acquire, acquireShared, acquireGivenUp, acquireSharedGivenUp, release, releaseShared
    case take, takeGivenUp, give
    case beginWait, endWait, endWaitGivenUp, notify
    case beginFlag, awaitFlag, awaitFlagGivenUp, set, clear
    case arrive, leave
    case put, putGivenUp, putRefused, get, getGivenUp, getRefused
    case taskDone, joinQueue, joinQueueGivenUp, close
    /// Allowed where all that was done to its object before is as in the trace.
    case samePast
    /// Always allowed, and counts among what was done to its object.
    case mark
  }

  var place: Int32
  var action = Action.silent
  /// Whether it blocks for as long as it takes.
  var canWait = false
  /// Whether nothing that others do can make a difference to it, nor it to them, once it can be done.
  var isEager = false
  /// Whether its thread, object or value has to be made first: see ``HangModel/needs``.
  var hasNeeds = false
  /// Whether the trace has only its beginning.
  var isLastWord = false
  /// By the model's number of the object; the child of a fork or join.
  var object: Int32 = -1
  /// The lock of a condition.
  var lock: Int32 = -1
  /// Permits, wakeups, how deep a lock is taken again, or how many events of a child come first.
  var count: Int32 = 0
  /// The place of the write that is seen, or of the put whose item is got; -1 for none.
  var source: Int32 = -1
  /// How many events on its object, and on the lock, come before it in the trace.
  var turn: Int32 = 0
  var lockTurn: Int32 = 0
}

/// Whether a step can be done.
enum HangPermission {
  /// It would have the outcome that it had.
  case open
  /// It would wait.
  case shut
  /// It would go otherwise than in the trace, or it is not known how.
  case other
}
