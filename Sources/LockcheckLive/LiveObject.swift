internal import CLockcheckShims
internal import Synchronization

/// What a lock keeps inline for the live checks: whether they know it.
package struct LiveObject: ~Copyable, Sendable {
  private let isKnown = Atomic<Bool>(false)

  /// Makes one that they do not know.
  package init() {}

  /// Whether the live checks know it: before that, ``introduce(_:_:levelClass:level:)``.
  package var isIntroduced: Bool { @inline(__always) get { isKnown.load(ordering: .relaxed) } }

  /// Makes the lock known, by its number and as reports call it.
  package borrowing func introduce(
    _ object: UInt32, _ name: String, levelClass: String? = nil, level: Int? = nil
  ) {
    let known = LiveState.Known(name: name, levelClass: levelClass, level: level)
    LiveChecks.shared.withState { $0.introduce(object, known) }
    isKnown.store(true, ordering: .relaxed)
  }

  /// Says that reports call it otherwise from now on.
  package borrowing func rename(_ object: UInt32, _ name: String) {
    guard isIntroduced else { return }
    LiveChecks.shared.withState { $0.rename(object, name) }
  }

  /// The lock is gone.
  package borrowing func forget(_ object: UInt32) {
    guard isIntroduced else { return }
    LiveChecks.shared.withState { $0.forget(object) }
  }
}

extension LiveChecks {
  /// The calling thread has taken a lock, or is about to wait for it.
  ///
  /// - Parameters:
  ///   - mayWait: Whether it waited, or would have: others have no place in the order of locks.
  ///   - isTaken: Whether it holds it now.
  ///   - frame: The stack begins at the return address of this frame.
  /// - Complexity: Constant for each lock that it holds, once it has taken the lock under all of them.
  package static func takes(
    _ object: UInt32, isShared: Bool, mayWait: Bool, isTaken: Bool = true, frame: UInt
  ) {
    guard let thread = LiveThread.enter() else { return }
    let stack = thread.stackOfHold(frame: frame)
    let isNew = mayWait && !thread.knowsAllPairs(taking: object)
    if isNew { shared.takesNew(object, at: stack, by: thread) }
    if isTaken { thread.push(object, stack: stack, isShared: isShared) }
    thread.leave()
  }

  /// The calling thread gives a lock back.
  package static func gives(_ object: UInt32) {
    guard let thread = LiveThread.enter() else { return }
    thread.pop(object)
    thread.leave()
  }

  @inline(never)
  private func takesNew(_ object: UInt32, at stack: UInt32, by thread: LiveThread) {
    let (reports, policy) = reportsOfTaking(object, at: stack, by: thread)
    for report in reports { act(report, policy) }
  }

  private func reportsOfTaking(
    _ object: UInt32, at stack: UInt32, by thread: LiveThread
  ) -> ([String], ReportPolicy) {
    let holds = thread.takeNewPairs(taking: object)
    let name = thread.name
    return withState { state in
      var reports: [String] = []
      for hold in holds {
        if let text = state.text(ofLevels: hold, object, takenAt: stack, by: thread) {
          reports.append(text)
        }
        let cycles = state.order.note(
          LockOrder.Pair(held: hold.object, taken: object),
          LockOrder.Sighting(
            thread: thread.number, threadName: name, heldSince: hold.stack, takenAt: stack))
        for cycle in cycles {
          if let text = state.text(ofCycle: cycle) { reports.append(text) }
        }
      }
      return (reports, state.settings.onLockOrder)
    }
  }
}
