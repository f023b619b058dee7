import LockcheckFindings
import LockcheckTrace

/// Tables and findings put together by hand, so that each test says what it depends on.
struct Sample {
  var tables = TraceTables()

  mutating func thread(_ name: String?, externalID: Int64? = nil) -> ThreadID {
    tables.threads.append(ThreadRow(name: name, externalID: externalID))
    return ThreadID(tables.threads.count - 1)
  }

  mutating func object(
    _ name: String?, _ kind: ObjectKind = .lock, madeAt stack: StackID = .absent,
    externalID: Int64? = nil
  ) -> ObjectID {
    var details = ObjectDetails()
    details.externalID = externalID
    return tables.objects.append(kind: kind, name: name, stack: stack, details: details)
  }

  /// A stack of `function file:line` texts, innermost first.
  mutating func stack(_ frames: (function: String?, file: String?, line: Int?)...) -> StackID {
    let ids = frames.map { frame in
      tables.frames.append(Frame(function: frame.function, file: frame.file, line: frame.line))
      return FrameID(tables.frames.count - 1)
    }
    tables.stacks.append(CallStack(ids))
    return StackID(tables.stacks.count - 1)
  }

  func step(
    _ operation: Operation, _ thread: ThreadID, _ object: ObjectID, at stack: StackID = .absent,
    event: Int, holding: [ObjectID] = []
  ) -> Step {
    Step(
      Event(operation, by: thread, on: object, at: stack), at: event,
      holding: holding.map { HeldLock(object: $0, mode: .exclusive, stack: .absent) })
  }

  func report(
    _ findings: [Finding], ruledOut: [RuledOut] = [], rules: [Rule] = Rule.usual,
    suppressions: Suppressions = .init()
  ) -> Report {
    Report(
      header: TraceHeader(), tables: tables, eventCount: 100, findings: findings,
      ruledOut: ruledOut, rules: rules, suppressions: suppressions)
  }
}

extension Sample {
  /// A race on `x` between two functions, in a trace whose numbering, lines and threads can be varied
  /// without changing the defect.
  static func race(
    on name: String? = "x", linesFrom line: Int = 10, folder: String = "/home/ann",
    extraRows: Int = 0, swapped: Bool = false, functions: (String?, String?) = ("add()", "clear()")
  ) -> (sample: Sample, finding: Finding) {
    var sample = Sample()
    for _ in 0..<extraRows {
      _ = sample.thread("idle")
      _ = sample.object("unused", .queue)
      _ = sample.stack((function: "unused()", file: "Unused.swift", line: 1))
    }
    let main = (
      function: Optional("main"), file: Optional("\(folder)/main.swift"), line: Optional(3)
    )
    let x = sample.object(name, .variable)
    let add = sample.stack((functions.0, "\(folder)/Bank.swift", line), main)
    let clear = sample.stack((functions.1, "\(folder)/Bank.swift", line + 20), main)
    let (a, b) = (sample.thread("A"), sample.thread("B"))
    let steps = [
      sample.step(.write, a, x, at: add, event: extraRows + 1),
      sample.step(.read, b, x, at: clear, event: extraRows + 5),
    ]
    let finding = Finding(
      .dataRace, .observed, .unordered, steps: swapped ? steps.reversed() : steps)
    return (sample, finding)
  }
}
