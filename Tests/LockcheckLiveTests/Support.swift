import Glibc
import Lockcheck
import Testing

/// Turns the live checks on in a process of a test's own, where only threads that the test makes count.
func check(_ change: (inout CheckSettings) -> Void = { _ in }) {
  var settings = CheckSettings()
  settings.onDeadlock = .throw
  settings.ignoresUnknownThreads = true
  change(&settings)
  Checking.start(settings)
}

/// Starts a thread that the process does not wait for.
@discardableResult
func started(_ name: String, _ body: @escaping @Sendable () throws -> Void) -> CheckedThread {
  let thread = CheckedThread(name: name, isDaemon: true, body)
  thread.start()
  return thread
}

/// Waits for what will come sooner or later.
func untilTrue(_ condition: () -> Bool) {
  while !condition() { sched_yield() }
}

/// Whether `body` throws that it would close a deadlock.
func isDeadlock(_ body: () throws -> Void) -> Bool {
  do {
    try body()
    return false
  } catch let error as MisuseError {
    return error.code == .deadlock
  } catch let error as QueueError {
    return error == .deadlock
  } catch let error as BarrierError {
    return error == .deadlock
  } catch let error as PoolError {
    return error == .deadlock
  } catch {
    return error as? FutureError == .deadlock
  }
}

/// Runs `body` on a thread of its own once the caller, which could otherwise wake somebody, is known to
/// wait for its end.
func onThread(_ body: @escaping @Sendable () -> Void) {
  started("test") {
    untilTrue { Checking.waitingThreadCount == 1 }
    body()
  }.join()
}

/// What a test's process says on standard error.
func said(_ result: ExitTest.Result?) -> String {
  String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}

/// How often `part` is in `text`.
func count(_ part: String, in text: String) -> Int {
  var count = 0
  var rest = text[...]
  while let found = rest.firstRange(of: part) {
    count += 1
    rest = rest[found.upperBound...]
  }
  return count
}
