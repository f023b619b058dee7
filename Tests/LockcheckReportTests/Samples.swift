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
    rules: [Rule] = Rule.usual, suppressions: Suppressions = .init(), events: Int = 1234
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

  /// Two tellers who take two accounts in opposite orders, with a schedule in which they meet.
  static var predictedDeadlock: Story {
    var story = Story()
    let (main, ann, bob) = (story.thread("main"), story.thread("Ann"), story.thread("Bob"))
    let (a, b) = (story.object("account A"), story.object("account B"))
    let first = story.stack(("move(from:to:)", "Bank.swift", 7))
    let second = story.stack(("move(from:to:)", "Bank.swift", 8))
    var cycle = Finding(
      .lockOrderCycle, .predicted, .orderCycle,
      steps: [
        story.step(.acquire, by: ann, on: b, at: second, event: 3, holding: [(a, first)]),
        story.step(.acquire, by: bob, on: a, at: second, event: 7, holding: [(b, first)]),
      ])
    cycle.witness = [
      story.scheduled(.fork, by: main, child: ann, event: 0),
      story.scheduled(.fork, by: main, child: bob, event: 1),
      story.scheduled(.acquire, by: ann, on: a, event: 2),
      story.scheduled(.acquire, by: bob, on: b, event: 6),
    ]
    story.findings = [cycle]
    return story
  }

  /// A race that a lock happened to order.
  static var predictedRace: Story {
    var story = Story()
    let (main, worker) = (story.thread("main"), story.thread("worker"))
    let (total, log) = (story.object("total", .variable), story.object("log"))
    let write = story.stack(("Account.add(_:)", "Account.swift", 2))
    let read = story.stack(("Account.describe()", "Account.swift", 9))
    var race = Finding(
      .dataRace, .predicted, .unordered,
      steps: [
        story.step(.write, by: worker, on: total, at: write, event: 1),
        story.step(.read, by: main, on: total, at: read, event: 6),
      ])
    race.witness = [
      story.scheduled(.fork, by: main, child: worker, event: 0),
      story.scheduled(.acquire, by: main, on: log, event: 4),
      story.scheduled(.release, by: main, on: log, event: 5),
    ]
    race.orderedBy = Ordering(by: log, releaser: worker, release: 3, acquirer: main, acquire: 4)
    story.findings = [race]
    return story
  }

  /// The main thread can join a thread that waits for a lock of the main thread.
  static var predictedJoinUnderLock: Story {
    var story = Story()
    let (main, logger) = (story.thread("main"), story.thread("logger"))
    let log = story.object("log")
    let taken = story.stack(("shutDown()", "Logger.swift", 20))
    let joins = story.stack(("shutDown()", "Logger.swift", 21))
    let flush = story.stack(("flush()", "Logger.swift", 33))
    var cycle = Finding(
      .lockOrderCycle, .predicted, .orderCycle,
      steps: [
        story.step(
          .join, by: main, on: .absent, at: joins, event: 5, child: logger,
          holding: [(log, taken)]),
        story.step(.acquire, by: logger, on: log, at: flush, event: 1),
      ])
    cycle.witness = [
      story.scheduled(.fork, by: main, child: logger, event: 0),
      story.scheduled(.acquire, by: main, on: log, event: 4),
    ]
    story.findings = [cycle]
    return story
  }

  /// The tellers again, after a long day.
  static var longSchedule: Story {
    var story = predictedDeadlock
    let (main, ann, bob) = (ThreadID(0), ThreadID(1), ThreadID(2))
    let (a, b) = (ObjectID(0), ObjectID(1))
    let clerks = (0..<4).map { story.thread("clerk \($0)") }
    let till = story.object("till")
    var witness = Array(story.findings[0].witness.prefix(2))
    witness.append(story.scheduled(.acquire, by: ann, on: a, event: 2))
    for event in 3..<1204 {
      let clerk = clerks[event / 3 % clerks.count]
      witness.append(
        story.scheduled(event % 3 == 0 ? .acquire : .release, by: clerk, on: till, event: event))
    }
    witness.append(story.scheduled(.acquire, by: bob, on: b, event: 1300))
    witness.append(story.scheduled(.acquire, by: main, on: till, event: 1210))
    witness.append(story.scheduled(.acquire, by: clerks[0], on: till, event: 1_220))
    story.findings[0].witness = witness
    return story
  }

  func scheduled(
    _ operation: Operation, by thread: ThreadID, on object: ObjectID = .absent,
    child: ThreadID = .absent, event: Int
  ) -> ScheduledEvent {
    var scheduled = Event(operation, by: thread, on: object)
    if child.isPresent { scheduled.child = child }
    return ScheduledEvent(scheduled, at: event)
  }
}

extension Story {
  /// Two tellers as in ``predictedDeadlock``, and two clerks of another counter.
  static var twoPredictions: Story {
    var story = predictedDeadlock
    let (cat, dan) = (story.thread("Cat"), story.thread("Dan"))
    let (till, safe) = (story.object("till"), story.object("safe"))
    let stack = story.stack(("count()", "Counter.swift", 3))
    var cycle = Finding(
      .lockOrderCycle, .predicted, .orderCycle,
      steps: [
        story.step(.acquire, by: cat, on: safe, at: stack, event: 13, holding: [(till, stack)]),
        story.step(.acquire, by: dan, on: till, at: stack, event: 17, holding: [(safe, stack)]),
      ])
    cycle.witness = [
      story.scheduled(.acquire, by: cat, on: till, event: 12),
      story.scheduled(.acquire, by: dan, on: safe, event: 16),
    ]
    story.findings.append(cycle)
    return story
  }
}
