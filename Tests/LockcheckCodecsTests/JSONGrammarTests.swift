import LockcheckCodecs
import LockcheckTrace
import Testing

@Suite struct `The JSON form` {
  @Test func `of the contract reads as it says`() {
    let reading = Reading(
      """
      {
        "format": "lockcheck-trace", "version": 1,
        "process": {"pid": 4242, "executable": "philosophers", "arguments": ["5"]},
        "threads": [{"id": 1, "name": "main"}, {"id": 2, "name": "eater", "kind": "thread"}],
        "objects": [{"id": 1, "kind": "lock", "name": "fork[0]", "stack": 3}],
        "frames":  [{"id": 1, "function": "eat(_:)", "file": "Philosophers.swift", "line": 12, "module": "philosophers"}],
        "stacks":  [{"id": 3, "frames": [1]}],
        "events":  [
          {"t": 120, "thread": 1, "op": "acquire", "object": 1, "stack": 3}
        ]
      }
      """)
    #expect(reading.error == nil)
    let trace = reading.trace
    #expect(trace.header.process?.pid == 4242)
    #expect(trace.header.process?.arguments == ["5"])
    #expect(trace.tables.threads.map(\.name) == ["main", "eater"])
    #expect(trace.tables.threads.map(\.externalID) == [1, 2])
    #expect(trace.tables.objects.name(of: ObjectID(0)) == "fork[0]")
    #expect(trace.tables.objects.kind(of: ObjectID(0)) == .lock)
    #expect(trace.tables.frames(of: trace.tables.objects.stack(of: ObjectID(0)))[0].line == 12)
    #expect(trace.events.count == 1)
    #expect(trace.events[0].time == 120)
    #expect(trace.tables.frames(of: trace.events[0].stack)[0].function == "eat(_:)")
  }

  @Test func `by hand declares on first use`() {
    let reading = Reading(
      events: """
        {"thread": "main", "op": "fork", "child": "T1"},
        {"thread": "T1", "op": "acquire", "object": "A", "at": "a.swift:3"},
        {"thread": "T1", "op": "write", "object": "x", "kind": "variable"},
        {"thread": "T1", "op": "acquire", "object": 7, "at": "my file:1.swift:4 run(a b)"},
        {"thread": 9, "op": "acquire", "object": "R", "mode": "shared"}
        """)
    #expect(reading.error == nil)
    let tables = reading.trace.tables
    #expect(tables.threads.map(\.name) == ["main", "T1", nil])
    #expect(tables.threads[2].externalID == 9)
    #expect(
      (0..<4).map { tables.objects.kind(of: ObjectID($0)) } == [.lock, .variable, .lock, .rwlock])
    #expect(tables.objects[ObjectID(2)].externalID == 7)
    let frame = tables.frames(of: reading.trace.events[3].stack)[0]
    #expect(frame == Frame(function: "run(a b)", file: "my file:1.swift", line: 4))
  }

  @Test(arguments: [true, false])
  func `takes its members in any order`(canRewind: Bool) {
    let text = """
      {"events": [{"op": "acquire", "object": 1, "thread": 5, "stack": 8},
        {"thread": 5, "op": "acquire", "object": "named]"}],
       "unknown": {"a": [1, {"b": [[]]}, null, true, -1.5e+3, "\\u00e9\\ud83d\\ude00"]},
       "stacks": [{"frames": [-2], "id": 8}], "frames": [{"id": -2, "function": "f"}],
       "objects": [{"kind": "semaphore", "id": 1, "value": 2}, {"id": 2, "name": "named]", "kind": "rlock"}],
       "accessOrder": "approximate", "version": 1, "threads": [{"id": 5}], "format": "lockcheck-trace"}
      """
    let whole = Reading(Array(text.utf8), .json, canRewind: canRewind)
    #expect(whole.error == nil)
    #expect(whole.trace.header.accessOrder == .approximate)
    #expect(whole.trace.events.map(\.object) == [ObjectID(0), ObjectID(1)])
    #expect(whole.trace.tables.objects.kinds == [.semaphore, .rlock])
    #expect(whole.trace.tables.frames(of: whole.trace.events[0].stack)[0].function == "f")
    for portion in 1...7 {
      #expect(Reading(Array(text.utf8), .json, portion: portion, canRewind: canRewind) == whole)
    }
  }

  @Test func `settles what a bare wait is by what follows`() {
    let reading = Reading(
      events: """
        {"thread": "a", "op": "wait", "object": "c"}, {"thread": "a", "op": "notify", "object": "c"},
        {"thread": "a", "op": "wait", "object": "e"}, {"thread": "a", "op": "set", "object": "e"},
        {"thread": "a", "op": "wait", "object": "w"}, {"thread": "a", "op": "create", "object": "o"}
        """)
    #expect(reading.error == nil)
    #expect(reading.trace.tables.objects.kinds == [.condition, .event, .event, .undetermined])
  }

  @Test func `tells the two joins apart`() {
    let reading = Reading(
      events: """
        {"thread": "a", "op": "join", "child": "b", "attempt": "timed", "result": "timeout"},
        {"thread": "a", "op": "join", "object": "q", "pending": true}
        """)
    #expect(reading.trace.events.map(\.operation) == [.join, .queueJoin])
    #expect(reading.trace.events[0].result == .timeout)
    #expect(reading.trace.events[0].attempt == .timed)
    #expect(reading.trace.events[1].isPending)
    #expect(reading.trace.tables.objects.kinds == [.queue])
  }

  @Test func `keeps sparse and huge numbers`() {
    let numbers: [Int64] = [.max, .min, 0, -1, 1 << 40, 3]
    let rows = numbers.map { "{\"thread\": \($0), \"op\": \"begin\"}" }.joined(separator: ",")
    let reading = Reading(events: rows)
    #expect(reading.error == nil)
    #expect(reading.trace.tables.threads.map(\.externalID) == numbers)
  }

  @Test func `ignores what is deep but not what is too deep`() {
    let deep = String(repeating: "[", count: 9000) + String(repeating: "]", count: 9000)
    #expect(Reading(events: "{\"x\": \(deep), \"thread\": 1, \"op\": \"begin\"}").error == nil)
    let deeper = String(repeating: "[", count: 2_000_000)
    #expect(Reading(events: "{\"x\": \(deeper)").error?.code == .limit)
  }

  @Test func `knows a member with an escape in its name`() {
    let reading = Reading(events: #"{"th\u0072ead": "\u0054\n", "op": "\u0062egin"}"#)
    #expect(reading.error == nil)
    #expect(reading.trace.tables.threads[0].name == "T\n")
  }

  @Test func `tolerates a byte order mark`() {
    let text = "{\"format\": \"lockcheck-trace\", \"version\": 1, \"events\": []}"
    #expect(Reading([0xEF, 0xBB, 0xBF] + Array(text.utf8), .json).error == nil)
  }

  @Test func `hands events out before the place that is wrong`() {
    let reading = Reading(events: #"{"thread": 1, "op": "begin"}, {"thread": 1, "op": "beg"}"#)
    #expect(reading.trace.events.count == 1)
    #expect(reading.error?.code == .unknownOperation)
    #expect(reading.error?.found == "beg")
  }
}

@Suite struct `The line form` {
  static let text = """
    {"format": "lockcheck-trace", "version": 1}
    {"type": "thread", "id": 1, "name": "main"}
    {"thread": 1, "op": "acquire", "object": "A", "type": "event", "stack": 4}
    {"type": "stack", "id": 4, "frames": [2]}
    {"type": "frame", "id": 2, "function": "f"}

    {"type": "event", "thread": "main", "op": "release", "object": "A"}\r
    """

  @Test func `reads rows in the order in which they come`() {
    let reading = Reading(Self.text, .ndjson)
    #expect(reading.error == nil)
    #expect(reading.trace.events.count == 2)
    #expect(reading.trace.tables.threads.count == 1)
    #expect(reading.trace.tables.frames(of: reading.trace.events[0].stack)[0].function == "f")
  }

  @Test func `passes over damaged lines when told to`() {
    let damaged = Self.text.replacing("\"frames\": [2]}", with: "\"frames\": [2")
    #expect(Reading(damaged, .ndjson).error != nil)
    let reading = Reading(damaged + "\n{\"type\": \"event\", \"th", .ndjson, recovering: true)
    #expect(reading.error == nil)
    #expect(reading.trace.events.count == 2)
    #expect(reading.losses.count == 2)
    #expect(reading.losses.allSatisfy { ($0.bytes ?? 0) > 0 })
  }

  @Test func `refuses a stack that no row declares`() {
    let text = Self.text.replacing("\"id\": 4, \"frames\"", with: "\"id\": 5, \"frames\"")
    let error = Reading(text, .ndjson).error
    #expect(error?.code == .undeclared)
    #expect(error?.place == .line(3, column: 73))
  }
}
