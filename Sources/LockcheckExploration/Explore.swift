public import LockcheckControl

/// Runs `body` again and again, each time with another schedule of its threads, until one goes wrong.
///
/// ```swift
/// let exploration = explore(.portfolio, iterations: 1_000) {
///   let accounts = Accounts()
///   let threads = [CheckedThread { accounts.move(1) }, CheckedThread { accounts.move(2) }]
///   for thread in threads { thread.start() }
///   for thread in threads { thread.join() }
///   guard accounts.total == 0 else { throw Broken("\(accounts.total)") }
/// }
/// print(exploration)
/// ```
///
/// One thread runs at a time, and at each operation of a primitive or a `Shared` variable another one may go
/// on. Time is virtual: a sleep costs nothing, and every timeout can come. A schedule goes wrong when nobody
/// can go on, when the body or the body of a thread throws, when a primitive is misused, and when it does
/// not end. The first that does is run again, made as short as possible, and told with a token that
/// replays it.
///
/// What `body` uses it makes itself, all of it, and it does the same each time but for the schedule. Threads,
/// locks and waits have to be Lockcheck's; a thread that blocks in something else, or waits for a thread that
/// is not controlled and does not come, is reported as that (`uncontrolled`). One run more, not counted, comes
/// first: it makes what is made on first use.
///
/// With `LOCKCHECK_REPLAY` in the environment it runs that schedule only.
///
/// - Parameters:
///   - method: How schedules are chosen.
///   - iterations: How many are run at most.
/// - Complexity: Some microseconds a step.
public func explore(
  _ method: ExplorationMethod = .portfolio, iterations: Int = 1_000,
  options: ExplorationOptions = ExplorationOptions(),
  _ body: @escaping @Sendable () throws -> Void
) -> Exploration {
  if let problem = Exploration.plainPrimitives { return problem }
  if let token = Replay.tokenOfEnvironment { return replay(token, options: options, body) }
  var search = ScheduleSearch(method, options: options, body)
  return search.run(upTo: iterations)
}

/// Runs `body` with the schedule that a token stands for.
///
/// - Parameter token: As a failure has it: `lc1:exact:…` or `lc1:pct3:1:17`.
/// - Returns: What came of it; with a ``Exploration/divergence`` where the program did not follow, or the token
///   makes no sense.
public func replay(
  _ token: String, options: ExplorationOptions = ExplorationOptions(),
  _ body: @escaping @Sendable () throws -> Void
) -> Exploration {
  if let problem = Exploration.plainPrimitives { return problem }
  return Replay(options: options, body: body).run(token)
}
