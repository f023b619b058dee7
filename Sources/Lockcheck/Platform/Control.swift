#if PlainPrimitives

  /// The scheduler that decides about the calling thread: with the trait `PlainPrimitives`, none.
  enum Control {
    @inline(__always)
    static func sleep(on word: UInt, while expected: UInt32, until deadline: Int64) -> Bool? { nil }
    @inline(__always) static func wake(_ word: UInt) {}
    @inline(__always) static var now: Int64? { nil }
    static var isInControl: Bool { false }
    static var ownsThreads: Bool { false }
    static func nameThread(in function: Substring) -> String? { nil }
    static func fail(_ error: any Error) -> Bool { false }
    static func misuse(_ text: String) {}
    static func yield() -> Bool { false }
    static func aboutToSleep() {}
  }

#else

  internal import CLockcheckShims
  internal import LockcheckControl
  internal import LockcheckTrace

  /// The scheduler that decides about the calling thread, if one does: what it puts in the place of the
  /// system's sleep, clock and threads.
  enum Control {
    private static var thread: ControlledThread? {
      @inline(__always) get { lc_is_controlled() ? ControlledThread.current : nil }
    }

    /// Whether the calling thread is under control.
    static var isInControl: Bool { thread != nil }

    /// Whether its threads are of no concern to the process, which does not wait for them at its end.
    static var ownsThreads: Bool { thread.map { !$0.isOfProgram } ?? false }

    /// Sleeps while the word, given by its address, is `expected`; nil where the system is to do that.
    ///
    /// - Returns: False past the deadline.
    @inline(__always)
    static func sleep(on word: UInt, while expected: UInt32, until deadline: Int64) -> Bool? {
      thread?.sleep(on: word, while: expected, until: deadline)
    }

    /// Says that the word has changed.
    @inline(__always)
    static func wake(_ word: UInt) { if lc_is_controlled() { wakeControlled(word) } }

    @inline(never)
    private static func wakeControlled(_ word: UInt) {
      if let thread { thread.wake(word) } else { OutsideThreads.wake() }
    }

    /// The virtual time.
    @inline(__always)
    static var now: Int64? { thread?.now }

    /// A name that is the same in every schedule for a thread without one.
    static func nameThread(in function: Substring) -> String? {
      thread.map { "Thread-\($0.nextThreadNumber()) (\(function))" }
    }

    /// Starts a thread under the same scheduler.
    ///
    /// - Returns: False where there is none, and nothing has happened.
    static func spawn(
      name: String, as mark: ObjectMark, isDaemon: Bool, _ body: @escaping @Sendable () -> Void
    ) -> Bool {
      guard let thread else { return false }
      thread.spawn(name: name, mark: mark, isDaemon: isDaemon) {
        body()
        ThreadIdentity.endCurrent()
      }
      return true
    }

    /// A thread has ended with an error.
    ///
    /// - Returns: Whether a scheduler has taken note of it.
    static func fail(_ error: any Error) -> Bool {
      guard let thread else { return false }
      thread.fail(.error, "\(thread.name) ended with an error: \(error)")
      return true
    }

    /// A primitive was misused.
    static func misuse(_ text: String) { thread?.fail(.misuse, text) }

    /// The calling thread is about to do this to a thread, or to none.
    ///
    /// - Parameter gate: The address of a word that is 0 once it can; 0 where it can at any time.
    static func step(
      _ operation: Operation, _ mark: ObjectMark, attempt: Attempt = .blocking, gate: UInt = 0
    ) {
      thread?.willTake(Step(operation, mark, attempt: attempt), gate: gate)
    }

    /// The calling thread is about to start a thread: the next thing that it makes.
    static func stepFork() {
      if let thread { thread.willTake(Step(.fork, thread.nextMark)) }
    }

    /// Gives way to others.
    static func yield() -> Bool {
      guard let thread else { return false }
      thread.willTake(Step(.dummy))
      return true
    }

    /// The calling thread is about to sleep for a while.
    static func aboutToSleep() { thread?.willTake(Step(.dummy, attempt: .timed)) }
  }

#endif
