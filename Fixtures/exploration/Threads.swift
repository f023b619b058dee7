import Lockcheck

/// Starts threads in order, does the rest, and joins the threads in order.
///
/// - Throws: The first error of the rest and of the threads.
func together(_ threads: [CheckedThread], rest: () throws -> Void = {}) throws {
  for thread in threads { thread.start() }
  let outcome = Result(catching: rest)
  for thread in threads { thread.join() }
  try outcome.get()
  for thread in threads {
    if let error = thread.error { throw error }
  }
}

/// As the one that takes an array.
func together(_ threads: CheckedThread..., rest: () throws -> Void = {}) throws {
  try together(threads, rest: rest)
}

/// A thread, not yet started.
func thread(_ name: String, _ body: @escaping @Sendable () throws -> Void) -> CheckedThread {
  CheckedThread(name: name, body)
}

/// Threads that all do the same, told apart by their number.
func threads(
  _ count: Int, _ name: String, _ body: @escaping @Sendable (Int) throws -> Void
) -> [CheckedThread] {
  (0..<count).map { number in thread("\(name) \(number)") { try body(number) } }
}
