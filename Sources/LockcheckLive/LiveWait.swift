/// Who could end a wait, asked while it lasts.
package enum LiveBlockers: Sendable, Equatable {
  /// Nobody has to: what it waits for is there.
  case nobody
  /// All of these threads, by the kernel's numbers. 0 is one that has not begun yet.
  case all([UInt32])
  /// Any of these threads, the workers of a pool: it has a task in its queue. 0 as above.
  case workers([UInt32], pool: String)
  /// Any thread.
  case anyone
}

/// One thread's wait for one thing, from before it blocks until it goes on.
package final class LiveWait: @unchecked Sendable {
  /// Who waits, by the kernel's number, and what reports call it.
  let thread: UInt32
  let threadName: String
  /// What for, in words.
  let what: String
  /// Where, by its number in the depot.
  let stack: UInt32
  /// Since when, in nanoseconds of the monotonic clock.
  let since: Int64
  /// Whether the wait ends by itself.
  let isTimed: Bool
  /// Whether its method can throw.
  let canThrow: Bool
  /// Whether the thread has nothing to do, and may as well wait for ever.
  let isIdle: Bool
  private let askBlockers: @Sendable () -> LiveBlockers
  /// Makes the thread give up though it sleeps; nil where it cannot be reached.
  let refuse: (@Sendable () -> Void)?
  /// Whether the thread kept itself out as the wait began.
  private let waitsForItself: Bool
  // All three are touched only under the lock of the live checks.
  /// Whether the thread is to give up, and so will go on.
  var isRefused = false
  var isReported = false
  var isStallReported = false

  init(
    thread: UInt32, threadName: String, what: String, stack: UInt32, since: Int64, isTimed: Bool,
    canThrow: Bool, isIdle: Bool = false, blockers: @escaping @Sendable () -> LiveBlockers,
    refuse: (@Sendable () -> Void)? = nil
  ) {
    self.thread = thread
    self.threadName = threadName
    self.what = what
    self.stack = stack
    self.since = since
    self.isTimed = isTimed
    self.canThrow = canThrow
    self.isIdle = isIdle
    self.refuse = refuse
    askBlockers = blockers
    waitsForItself =
      switch blockers() {
      case .all(let threads): threads.contains(thread)
      case .workers, .anyone, .nobody: false
      }
  }

  /// Whether it lasts until another thread ends it.
  var isOpenEnded: Bool { !isTimed && !isRefused }

  /// Whether its thread, which sleeps, can be made to throw.
  var canBeRefused: Bool { canThrow && refuse != nil && !isRefused }

  /// Who could end it now.
  ///
  /// A thread that has just got what it waited for holds it while its wait is still here: that is not
  /// waiting for itself, which must have been so from the start.
  var blockers: LiveBlockers {
    let blockers = askBlockers()
    switch blockers {
    case .all(let threads):
      if threads.isEmpty || (threads.contains(thread) && !waitsForItself) { return .nobody }
      return blockers
    case .workers, .anyone, .nobody: return blockers
    }
  }
}
