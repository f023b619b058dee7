internal import LockcheckTrace

/// Lets threads wait until a given number of them have come, and then all go on.
///
/// ```swift
/// let barrier = Barrier(parties: 3, name: "generation") { boards.swap() }
/// try barrier.wait()   // until the two others have come and the boards are swapped
/// ```
///
/// It can be passed again and again: who comes early for the next round waits until all have left
/// the last one. A wait that runs out, an action that throws, ``abort()`` and ``reset()`` break the
/// round for all who wait in it; except after ``reset()``, the barrier stays broken.
public final class Barrier: @unchecked Sendable {
  /// How far the round of those inside has come.
  private enum Round { case filling, acting, passed, broken }

  /// How many threads have to come.
  public let parties: Int
  private let timeout: Duration?
  private let action: (@Sendable () throws -> Void)?
  private let traced: Traced
  /// Written by who ends a round otherwise than by coming, and read by whom that lets go: what the
  /// trace knows of their order.
  private let outcome: HiddenOrder
  private let mutex = FutexMutex()
  // All below is touched only while `mutex` is held.
  private var round = Round.filling
  /// Those who have come and not left.
  private var inside = 0
  /// Those of them who sleep.
  private var waiters = WaitQueue()
  /// Those who have come before the last round has left.
  private var early = WaitQueue()
  private var staysBroken = false

  /// Makes a barrier that nobody has come to.
  ///
  /// - Parameters:
  ///   - parties: How many threads have to come; at least one.
  ///   - timeout: How long a wait lasts that does not say it; nil is for ever. Not negative.
  ///   - name: What reports call it.
  ///   - action: What the thread that comes last does, once a round, before anybody goes on. It must
  ///     not use the barrier otherwise than to ``abort()`` or ``reset()`` it.
  public init(
    parties: Int, timeout: Duration? = nil, name: String? = nil,
    action: (@Sendable () throws -> Void)? = nil
  ) {
    guard parties >= 1 else { fatalError("lockcheck: barrier: \(parties) parties are too few") }
    guard (timeout ?? .zero) >= .zero else {
      fatalError("lockcheck: barrier: a timeout cannot be negative")
    }
    self.parties = parties
    self.timeout = timeout
    self.action = action
    var details = ObjectDetails()
    details.parties = UInt64(parties)
    traced = Traced(.barrier, name: name, details: details)
    outcome = HiddenOrder(name: name.map { $0 + ".outcome" })
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set {
      traced.rename(newValue)
      outcome.rename(newValue.map { $0 + ".outcome" })
    }
  }

  /// How many threads wait. Out of date as soon as it is known.
  public var waitingCount: Int {
    traced.look()
    return mutex.withLock { waiters.count + early.count }
  }

  /// Whether waits are refused, until ``reset()``. Out of date as soon as it is known.
  public var isBroken: Bool {
    traced.look()
    return mutex.withLock { staysBroken }
  }

  /// Waits until all parties have come and the action is over, but no longer than `timeout` for the
  /// others to come; nil is as long as the barrier was told.
  ///
  /// - Returns: As which of the parties, from 0, the caller has come: each gets another number.
  /// - Throws: `broken`, `negativeTimeout`; under `DeadlockPolicy.throw`, `deadlock`, and the barrier is
  ///   broken for the others; and on the thread that runs it, what the action throws.
  @discardableResult
  public func wait(timeout: Duration? = nil) throws -> Int {
    let timeout = timeout ?? self.timeout
    guard (timeout ?? .zero) >= .zero else { throw BarrierError.negativeTimeout }
    let me = ThreadNumber.current
    let attempt: Attempt = timeout == nil ? .blocking : .timed
    traced.step(.wait, attempt: attempt)
    mutex.lock(me)
    let isLetIn = waitForTheLastRound(me)
    guard isLetIn, !staysBroken else {
      recordEnd(attempt, .error)
      mutex.unlock(me)
      throw isLetIn ? BarrierError.broken : .deadlock
    }
    let index = inside
    inside += 1
    var wakeups = Wakeups()
    let failure =
      inside == parties
      ? complete(attempt, me, &wakeups) : waitForTheOthers(timeout, me, &wakeups)
    leave(&wakeups)
    mutex.unlock(me)
    wakeups.wake()
    if let failure { throw failure }
    return index
  }

  /// Breaks the barrier, so that nobody waits in vain: those who wait, and all who come, are refused.
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func abort() { interrupt(andStayBroken: true) }

  /// Makes a broken barrier whole. Those who wait are refused, those who come are not.
  ///
  /// - Complexity: Linear in the number of threads woken.
  public func reset() { interrupt(andStayBroken: false) }
}

extension Barrier {
  /// Sleeps until those of the last round have left. It is not recorded, and takes no longer than the
  /// action of that round.
  ///
  /// Nobody is let in before, so that the rounds do not mix, here or in the trace.
  ///
  /// - Returns: False where they will never leave.
  private func waitForTheLastRound(_ me: ThreadNumber) -> Bool {
    while round != .filling, !staysBroken {
      let waiter = Waiter(me)
      early.append(waiter)
      mutex.unlock(me)
      let isWoken = traced.block(waiter, until: .neverOrThrow)
      mutex.lock(me)
      if !isWoken, early.remove(waiter) { return false }
    }
    return true
  }

  /// Ends the round that the caller has made full, after the action.
  private func complete(
    _ attempt: Attempt, _ me: ThreadNumber, _ wakeups: inout Wakeups
  ) -> (any Error)? {
    // Before the action, which comes after all arrivals.
    if Traced.isRecording { traced.record(.wait, attempt: attempt) }
    if let action {
      round = .acting
      mutex.unlock(me)
      let failure = Result { try action() }.failure
      traced.step(.set)
      mutex.lock(me)
      guard round == .acting else {
        outcome.look()
        return failure ?? BarrierError.broken
      }
      outcome.step()
      if let failure {
        staysBroken = true
        end(.broken, &wakeups)
        return failure
      }
    }
    end(.passed, &wakeups)
    return nil
  }

  /// Sleeps until the round has ended.
  private func waitForTheOthers(
    _ timeout: Duration?, _ me: ThreadNumber, _ wakeups: inout Wakeups
  ) -> BarrierError? {
    let attempt: Attempt = timeout == nil ? .blocking : .timed
    if Traced.isRecording { traced.record(.wait, isPending: true, attempt: attempt) }
    let waiter = Waiter(me)
    waiters.append(waiter)
    mutex.unlock(me)
    // It is not negative: that has been looked at.
    var deadline = (try? Deadline(after: timeout)) ?? .neverOrThrow
    let isWoken = traced.block(waiter, until: deadline)
    mutex.lock(me)
    if !isWoken, deadline != .never, round == .acting {
      // All have come, and so the time that was given for that does not count any more.
      deadline = .neverOrThrow
      mutex.unlock(me)
      _ = traced.block(waiter, until: deadline)
      mutex.lock(me)
    }
    if round == .filling || round == .acting {
      _ = waiters.remove(waiter)
      staysBroken = true
      recordEnd(attempt, Outcome(unwokenUntil: deadline), isFirst: true)
      end(.broken, &wakeups)
      return deadline == .never ? .deadlock : .broken
    }
    recordEnd(attempt, round == .passed ? .success : .error)
    return round == .passed ? nil : .broken
  }

  /// Lets those inside go.
  private func end(_ result: Round, _ wakeups: inout Wakeups) {
    round = result
    wakeups.add(from: &waiters)
  }

  /// One thread fewer is inside. The last one lets the next round in.
  private func leave(_ wakeups: inout Wakeups) {
    inside -= 1
    guard inside == 0 else { return }
    round = .filling
    wakeups.add(from: &early)
  }

  private func interrupt(andStayBroken: Bool) {
    traced.step(.set)
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    staysBroken = andStayBroken
    outcome.step()
    if inside > 0, round == .filling || round == .acting { end(.broken, &wakeups) }
    if andStayBroken { wakeups.add(from: &early) }
    mutex.unlock(me)
    wakeups.wake()
  }

  /// Records how the wait of a thread ended that was not the last to come.
  ///
  /// - Parameter isFirst: Whether it is this that breaks the round.
  private func recordEnd(_ attempt: Attempt, _ result: Outcome, isFirst: Bool = false) {
    guard Traced.isRecording else { return }
    traced.record(.wait, attempt: attempt, result: result)
    if isFirst {
      outcome.step()
    } else if result != .success || action != nil {
      outcome.look()
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
