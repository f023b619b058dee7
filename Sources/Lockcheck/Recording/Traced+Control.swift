internal import LockcheckTrace

#if PlainPrimitives

  extension Traced {
    @inline(__always)
    borrowing func step(
      _ operation: Operation, mode: LockMode = .exclusive, attempt: Attempt = .blocking
    ) {}

    @inline(__always)
    borrowing func step(
      _ operation: Operation, under lock: borrowing Traced, attempt: Attempt = .blocking
    ) {}

    @inline(__always)
    borrowing func step(
      taking mutex: borrowing FutexMutex, mode: LockMode = .exclusive
    ) {}

    @inline(__always)
    borrowing func look() {}
  }

#else

  internal import CLockcheckShims
  internal import LockcheckControl

  /// What the primitives tell a scheduler: a call of one of these stands at the beginning of each operation,
  /// and outside its guard.
  ///
  /// Under control it returns when it is the calling thread's turn; until its next one no other thread of
  /// the program runs.
  extension Traced {
    /// The calling thread is about to do this to the object.
    @inline(__always)
    borrowing func step(
      _ operation: Operation, mode: LockMode = .exclusive, attempt: Attempt = .blocking
    ) {
      if lc_is_controlled() { takeStep(operation, mode: mode, attempt: attempt) }
    }

    /// The calling thread is about to wait on the object, a condition, or to notify it.
    @inline(__always)
    borrowing func step(
      _ operation: Operation, under lock: borrowing Traced, attempt: Attempt = .blocking
    ) {
      if lc_is_controlled() { takeStep(operation, lock: lock.controlMark, attempt: attempt) }
    }

    /// The calling thread is about to take the lock, however long that takes. Its turn comes when the mutex
    /// is free.
    @inline(__always)
    borrowing func step(taking mutex: borrowing FutexMutex, mode: LockMode = .exclusive) {
      if lc_is_controlled() {
        takeStep(.acquire, mode: mode, attempt: .blocking, gate: mutex.address)
      }
    }

    /// The calling thread is about to look at something that others may change.
    @inline(__always)
    borrowing func look() { if lc_is_controlled() { takeStep(.atomicRead, attempt: .try) } }

    @inline(never)
    private borrowing func takeStep(
      _ operation: Operation, lock: ObjectMark = .none, mode: LockMode = .exclusive,
      attempt: Attempt, gate: UInt = 0
    ) {
      let mark = controlMark
      guard let thread = ControlledThread.current else {
        OutsideThreads.touch(mark, madeIn: madeIn)
        return
      }
      if OutsideThreads.areExploredTogether {
        OutsideThreads.touch(mark, madeIn: madeIn, by: thread.exploration)
      }
      thread.willTake(
        Step(operation, mark, lock: lock, mode: mode, attempt: attempt), gate: gate,
        kind: kind.name, name: label.get())
    }

    /// The same in every schedule, where a controlled thread has made it. What was there before keeps its
    /// number.
    private var controlMark: ObjectMark {
      madeAs == .none ? ObjectMark(rawValue: 1 << 63 | UInt64(id.rawValue)) : madeAs
    }

    /// The mark for an object that the calling thread makes, and the exploration that the thread is in.
    static var newMark: (mark: ObjectMark, exploration: UInt32) {
      @inline(__always) get { lc_is_controlled() ? makeMark() : (.none, 0) }
    }

    @inline(never)
    private static func makeMark() -> (mark: ObjectMark, exploration: UInt32) {
      guard let thread = ControlledThread.current else { return (.none, 0) }
      return (thread.markNewObject(), thread.exploration)
    }
  }

#endif
