internal import LockcheckTrace

#if !PlainPrimitives

  internal import CLockcheckShims
  internal import LockcheckLive

  /// What the primitives tell the live checks.
  extension Traced {
    /// How a report calls the primitive.
    var described: String {
      label.get() == nil ? "\(kind.name) no. \(id.rawValue)" : label.described(as: kind.name)
    }

    /// The calling thread has taken the lock, or is about to wait for it.
    ///
    /// - Parameters:
    ///   - mayWait: Whether it waited for it, or would have, however long that takes.
    ///   - isTaken: Whether it has it.
    @inline(__always)
    borrowing func noteAcquire(mode: LockMode = .exclusive, mayWait: Bool, isTaken: Bool = true) {
      if Self.isChecking { noteChecked(mode, mayWait, isTaken) }
    }

    @inline(never)
    private borrowing func noteChecked(_ mode: LockMode, _ mayWait: Bool, _ isTaken: Bool) {
      let number = id.rawValue
      if !live.isIntroduced {
        live.introduce(number, described, levelClass: declaredClass, level: level)
      }
      LiveChecks.takes(
        number, isShared: mode == .shared, mayWait: mayWait, isTaken: isTaken,
        frame: lc_frame_address())
    }

    /// The calling thread gives the lock back.
    @inline(__always)
    borrowing func noteRelease() {
      if Self.isChecking { LiveChecks.gives(id.rawValue) }
    }

    /// Sleeps until the waiter is woken, which any thread might do: known to the live checks as a wait for
    /// this object. Called outside the primitive's guard.
    ///
    /// - Returns: False past the deadline; and, where `deadline` is never, when the wait is a deadlock and
    ///   the caller is to throw.
    borrowing func block(_ waiter: Waiter, until deadline: Deadline) -> Bool {
      guard Self.isChecking else { return waiter.block(until: deadline) }
      return waiter.blockChecked(described, until: deadline) { .anyone }
    }

    /// As ``block(_:until:)``, for a wait that only `blockers` could end: they are asked as long as the
    /// thread waits, and may take the primitive's guard.
    borrowing func block(
      _ waiter: Waiter, until deadline: Deadline,
      blockers: @escaping @Sendable () -> LiveBlockers
    ) -> Bool {
      guard Self.isChecking else { return waiter.block(until: deadline) }
      return waiter.blockChecked(described, until: deadline, blockers: blockers)
    }

    /// As ``block(_:until:blockers:)``, with another way to sleep, which nobody can interrupt.
    borrowing func block(
      until deadline: Deadline, blockers: @escaping @Sendable () -> LiveBlockers,
      _ body: () -> Bool
    ) -> Bool {
      guard Self.isChecking else { return body() }
      return blockChecked(described, until: deadline, blockers: blockers, body)
    }

    /// Sleeps until the waiter is woken, of a thread that has nothing to do: it is never said to be stuck.
    borrowing func idle(_ waiter: Waiter) {
      if Self.isChecking {
        _ = waiter.blockChecked("a task of \(described)", until: .never, isIdle: true) { .anyone }
      } else {
        _ = waiter.block(until: .never)
      }
    }
  }

  extension TracedThread {
    /// Sleeps until the waiter is woken by the thread's end, which `blockers` could bring about.
    func block(
      _ waiter: Waiter, until deadline: Deadline,
      blockers: @escaping @Sendable () -> LiveBlockers
    ) -> Bool {
      guard Traced.isChecking else { return waiter.block(until: deadline) }
      return waiter.blockChecked(
        "the end of thread '\(name)'", until: deadline, blockers: blockers)
    }
  }

  extension Waiter {
    /// Sleeps as by ``block(until:)``, and can be told to give up meanwhile.
    @inline(never)
    fileprivate func blockChecked(
      _ what: String, until deadline: Deadline, isIdle: Bool = false,
      blockers: @escaping @Sendable () -> LiveBlockers
    ) -> Bool {
      Lockcheck.blockChecked(
        what, until: deadline, isIdle: isIdle,
        blockers: { self.isWoken ? .nobody : blockers() }, refuse: { self.refuse() }
      ) { block(until: deadline) }
    }
  }

  @inline(never)
  private func blockChecked(
    _ what: String, until deadline: Deadline, isIdle: Bool = false,
    blockers: @escaping @Sendable () -> LiveBlockers, refuse: (@Sendable () -> Void)? = nil,
    _ body: () -> Bool
  ) -> Bool {
    let ticket = LiveChecks.shared.begin(
      what, isTimed: deadline != .never, canThrow: deadline.canThrow, isIdle: isIdle,
      frame: lc_frame_address(), blockers: blockers, refuse: refuse)
    guard let ticket else { return body() }
    let isWoken = ticket.isRefused ? false : body()
    LiveChecks.shared.end(ticket)
    return isWoken
  }

#endif

extension Outcome {
  /// Of a wait with such a deadline that was not woken.
  init(unwokenUntil deadline: Deadline) { self = deadline == .never ? .error : .timeout }
}

extension ObjectDetails {
  /// Of a lock with a place in an order.
  init(class declaredClass: String?, level: Int?) {
    self.init()
    self.declaredClass = declaredClass
    guard let level else { return }
    guard level >= 0 else { fatalError("lockcheck: a lock: the level \(level) is negative") }
    self.level = UInt64(level)
  }
}
