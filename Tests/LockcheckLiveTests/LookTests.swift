import Glibc
import Lockcheck
import Testing

@testable import LockcheckLive

/// Dumps and the watchdog.
@Suite(.timeLimit(.minutes(2))) struct `A look at the threads` {
  @Test func `shows who holds what and who waits for what, with stacks`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check { $0.onDeadlock = .exit(1) }
      let (lock, event) = (Lock(name: "till"), Event(name: "opening"))
      lock.lock()
      let clerk = started("clerk") { lock.withLock {} }
      let guest = started("guest") { _ = try event.wait(timeout: .seconds(1_000)) }
      untilTrue { Checking.waitingThreadCount == 2 }
      writeLine(Checking.dump())
      lock.unlock()
      event.set()
      clerk.join()
      guest.join()
      writeLine("after: " + Checking.dump())
    }
    let said = said(result)
    #expect(said.contains("lockcheck: 2 threads wait\n"))
    #expect(said.contains("  thread 'clerk' waits for lock 'till', that is for "))
    #expect(said.contains("  thread 'guest' waits for event 'opening', for 0."))
    #expect(said.contains(" s, until its timeout\n    #0 "))
    #expect(said.contains(" does not wait\n    it holds lock 'till', taken at\n      #0 "))
    #expect(said.contains("after: lockcheck: no thread waits\n\n"))
  }

  @Test func `is made on a signal, outside the handler`() async {
    let result = await #expect(processExitsWith: .exitCode(7), observing: [\.standardErrorContent])
    {
      check {
        $0.onStall = .exit(7)
        $0.dumpSignal = SIGUSR1
      }
      let event = Event(name: "never")
      started("guest") { event.wait() }
      untilTrue { Checking.waitingThreadCount == 1 }
      // The threads that tests run on receive no signals otherwise.
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, SIGUSR1)
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      raise(SIGUSR1)
      untilTrue { LiveChecks.shared.hasAnsweredAll }
      Checking.lookForStalls(longerThan: .zero)
    }
    #expect(count("lockcheck: 1 thread waits\n  thread 'guest' waits", in: said(result)) == 1)
  }

  @Test func `finds once who has been blocked for long`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      check()
      let event = Event(name: "never")
      let guest = started("guest") { event.wait() }
      untilTrue { Checking.waitingThreadCount == 1 }
      Checking.lookForStalls(longerThan: .seconds(1_000))
      writeLine("not yet")
      Checking.lookForStalls(longerThan: .zero)
      Checking.lookForStalls(longerThan: .zero)
      event.set()
      guest.join()
    }
    let heading = "lockcheck: watchdog: 1 thread has been blocked for 0.0 s or longer\n"
    #expect(count("lockcheck: watchdog", in: said(result)) == 1)
    #expect(
      said(result).contains("not yet\n" + heading + "  thread 'guest' waits for event 'never'"))
  }

  @Test func `is made by the watchdog, which can end the process`() async {
    let result = await #expect(processExitsWith: .exitCode(9), observing: [\.standardErrorContent])
    {
      check {
        $0.watchdog = .milliseconds(1)
        $0.onStall = .exit(9)
        $0.ignoresUnknownThreads = false
      }
      Event(name: "never").wait()
    }
    #expect(said(result).contains("lockcheck: watchdog: 1 thread has been blocked for 0.0 s"))
    #expect(said(result).contains("waits for event 'never'"))
  }

  @Test func `counts time by the clock it is given`() {
    var state = LiveState()
    let wait = LiveWait(
      thread: 1, threadName: "thread 'x'", what: "event 'e'", stack: 0, since: 5_000_000_000,
      isTimed: false, canThrow: false, blockers: { .anyone })
    _ = state.begin(wait)
    #expect(state.stallText(longerThan: .seconds(10), now: 14_999_999_999) == nil)
    let text = state.stallText(longerThan: .seconds(10), now: 17_000_000_000)
    #expect(
      text == """
        lockcheck: watchdog: 1 thread has been blocked for 10.0 s or longer
          thread 'x' waits for event 'e', for 12.0 s
            (no stack)

        """)
    #expect(state.stallText(longerThan: .seconds(10), now: 30_000_000_000) == nil)
  }
}

/// A line on standard error, in the order of lockcheck's own.
private func writeLine(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
