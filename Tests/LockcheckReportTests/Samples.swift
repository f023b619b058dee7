import LockcheckFindings
import LockcheckTrace

/// Reports put together by hand. Their findings have the shape that the detectors give them.
struct Story {
  var tables = TraceTables()
  var findings: [Finding] = []
  var ruledOut: [RuledOut] = []
  var warnings: [ReportWarning] = []

  mutating func thread(_ name: String) -> ThreadID {
    tables.threads.append(ThreadRow(name: name))
    return ThreadID(tables.threads.count - 1)
  }

  mutating func object(_ name: String?, _ kind: ObjectKind = .lock) -> ObjectID {
    tables.objects.append(kind: kind, name: name)
  }

  /// A stack of `function`, `file:line` pairs, innermost first.
  mutating func stack(_ frames: (String, String, Int)...) -> StackID {
    let ids = frames.map { function, file, line in
      tables.frames.append(Frame(function: function, file: file, line: line))
      return FrameID(tables.frames.count - 1)
    }
    tables.stacks.append(CallStack(ids))
    return StackID(tables.stacks.count - 1)
  }

  mutating func step(
    _ operation: Operation, by thread: ThreadID, on object: ObjectID, at stack: StackID = .absent,
    event: Int, pending: Bool = false, child: ThreadID = .absent,
    holding: [(ObjectID, StackID)] = [], waitsFor: [ThreadID] = []
  ) -> Step {
    var event0 = Event(operation, by: thread, on: object, at: stack)
    event0.isPending = pending
    if child.isPresent { event0.child = child }
    return Step(
      event0, at: event,
      holding: holding.map { HeldLock(object: $0.0, mode: .exclusive, stack: $0.1) },
      waitsFor: waitsFor)
  }

  func report(
    rules: [Rule] = Rule.all, suppressions: Suppressions = .init(), events: Int = 1234
  ) -> Report {
    Report(
      header: TraceHeader(), tables: tables, eventCount: events, findings: findings,
      ruledOut: ruledOut, rules: rules, suppressions: suppressions, warnings: warnings)
  }
}

extension Story {
  /// Two philosophers who take two forks in opposite orders.
  static var philosophers: Story {
    var story = Story()
    let (ann, bob) = (story.thread("Ann"), story.thread("Bob"))
    let (left, right) = (story.object("fork[0]"), story.object("fork[1]"))
    let main = ("main", "Sources/philosophers/main.swift", 40)
    let runtime = ("start_thread", "/usr/lib/libc.so.6", 0)
    let first = story.stack(("eat(_:)", "Philosophers.swift", 2), main, runtime)
    let second = story.stack(("eat(_:)", "Philosophers.swift", 3), main, runtime)
    var cycle = Finding(
      .lockOrderCycle, .possible, .orderCycle,
      steps: [
        story.step(.acquire, by: ann, on: right, at: second, event: 11, holding: [(left, first)]),
        story.step(.acquire, by: bob, on: left, at: second, event: 47, holding: [(right, first)]),
      ])
    cycle.assumes = [.valuesNotTraced]
    cycle.occurrences = [[11, 47], [80, 95]]
    cycle.occurrenceCount = 2
    story.findings = [cycle]
    return story
  }

  /// A write that holds a lock and a read that holds none.
  static var race: Story {
    var story = Story()
    let (main, worker) = (story.thread("main"), story.thread("worker"))
    let (total, lock) = (story.object("total", .variable), story.object("lock"))
    let locked = story.stack(("Account.add(_:)", "Account.swift", 1))
    let write = story.stack(("Account.add(_:)", "Account.swift", 2))
    let read = story.stack(("Account.describe()", "Account.swift", 9))
    story.findings = [
      Finding(
        .dataRace, .observed, .unordered,
        steps: [
          story.step(.write, by: worker, on: total, at: write, event: 8, holding: [(lock, locked)]),
          story.step(.read, by: main, on: total, at: read, event: 10),
        ])
    ]
    return story
  }

  /// The main thread joins a thread that waits for a lock of the main thread.
  static var joinUnderLock: Story {
    var story = Story()
    let (main, logger) = (story.thread("main"), story.thread("logger"))
    let log = story.object("log")
    let taken = story.stack(("shutDown()", "Logger.swift", 20))
    let joins = story.stack(("shutDown()", "Logger.swift", 21))
    let flush = story.stack(("flush()", "Logger.swift", 33))
    story.findings = [
      Finding(
        .deadlock, .observed, .waitCycle,
        steps: [
          story.step(
            .join, by: main, on: .absent, at: joins, event: 5, pending: true, child: logger,
            holding: [(log, taken)], waitsFor: [logger]),
          story.step(
            .acquire, by: logger, on: log, at: flush, event: 6, pending: true, waitsFor: [main]),
        ])
    ]
    return story
  }
}
