public import LockcheckTrace

/// Draws a trace: one line a thread, time from left to right.
///
/// ```
/// objects: S semaphore(1,1), C condition(L)
/// T1: acq(A) acq(B)@transfer rel(B) rel(A)
/// T2:                                      acq(B)? acq(B) rel(B)
/// ```
///
/// Events are taken in the order of the columns in which they begin, then of the lines. After the
/// parentheses: `@f` the function it stands in, `@f:3/main:9` lines and callers too, `?` pending, `~try` and `~timed` the attempt,
/// `=failed`, `=timeout` and `=error` the result. The words are those of ``words``; an object's kind
/// follows from its first operation unless the line `objects:` says it.
///
/// A mistake in a drawing stops the test at once.
public func trace(_ drawing: String) -> Trace {
  var builder = TraceBuilder()
  var tokens: [(column: Int, line: Int, thread: String, text: String)] = []
  for (number, line) in drawing.split(separator: "\n").enumerated() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    let label = line[..<colon].trimmingBlanks()
    let rest = line[line.index(after: colon)...]
    if label == "objects" {
      for object in rest.split(separator: ", ") { builder.declare(object.trimmingBlanks()) }
      continue
    }
    _ = builder.thread(label)
    for token in rest.split(separator: " ") {
      let column = line.distance(from: line.startIndex, to: token.startIndex)
      tokens.append((column, number, label, String(token)))
    }
  }
  for token in tokens.sorted(by: { ($0.column, $0.line) < ($1.column, $1.line) }) {
    builder.append(token.text, by: token.thread)
  }
  return builder.trace
}

/// The words of a drawing, and what they mean.
let words: [String: (operation: Operation, mode: LockMode)] = [
  "acq": (.acquire, .exclusive), "rel": (.release, .exclusive), "sacq": (.acquire, .shared),
  "srel": (.release, .shared), "r": (.read, .exclusive), "w": (.write, .exclusive),
  "ar": (.atomicRead, .exclusive), "aw": (.atomicWrite, .exclusive),
  "au": (.atomicUpdate, .exclusive), "fork": (.fork, .exclusive), "join": (.join, .exclusive),
  "start": (.start, .exclusive), "exit": (.exit, .exclusive), "wait": (.wait, .exclusive),
  "notify": (.notify, .exclusive), "set": (.set, .exclusive), "clear": (.clear, .exclusive),
  "put": (.put, .exclusive), "get": (.get, .exclusive), "done": (.taskDone, .exclusive),
  "qjoin": (.queueJoin, .exclusive), "close": (.close, .exclusive),
  "begin": (.begin, .exclusive), "end": (.end, .exclusive), "create": (.create, .exclusive),
  "destroy": (.destroy, .exclusive), "dummy": (.dummy, .exclusive),
]

/// Puts a trace together from names.
private struct TraceBuilder {
  var trace = Trace()
  private var threads: [String: ThreadID] = [:]
  private var objects: [String: ObjectID] = [:]
  private var stacks: [String: StackID] = [:]

  mutating func thread(_ name: String) -> ThreadID {
    if let id = threads[name] { return id }
    let id = ThreadID(trace.tables.threads.count)
    trace.tables.threads.append(ThreadRow(name: name))
    threads[name] = id
    return id
  }

  mutating func object(_ name: String, kind: ObjectKind) -> ObjectID {
    if let id = objects[name] { return id }
    let id = trace.tables.objects.append(kind: kind, name: name)
    objects[name] = id
    return id
  }

  /// `S semaphore(1)`, `C condition(L)`, `Q queue(2)`, `B barrier(3)`, `K lock(handover)`,
  /// `P pool(4)` with its workers, `F future(P,7)` of the task with the item 7.
  mutating func declare(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    let (word, arguments) = call(String(parts[1]))
    guard let kind = ObjectKind.allCases.first(where: { $0.name == word }) else {
      preconditionFailure("no kind '\(word)' in '\(text)'")
    }
    var details = ObjectDetails()
    let number = arguments.first.flatMap { UInt64($0) }
    switch kind {
    case .semaphore:
      (details.value, details.bound) = (number, arguments.dropFirst().first.flatMap { UInt64($0) })
    case .queue:
      details.capacity = number
      details.order = QueueOrder.allCases.first { "\($0)" == arguments.last }
    case .pool: details.workers = number
    case .future:
      details.pool = arguments.first.map { object($0, kind: .pool) }
      details.externalID = arguments.dropFirst().first.flatMap { Int64($0) }
    case .barrier: details.parties = number
    case .condition: details.lock = arguments.first.map { object($0, kind: .lock) }
    case .rwlock:
      details.preference =
        arguments.first == "writer" ? .writer : arguments.first == "unknown" ? .unknown : nil
    default: details.handover = arguments.first == "handover" ? true : nil
    }
    let id = object(String(parts[0]), kind: kind)
    trace.tables.objects[id] = details
  }

  mutating func append(_ token: String, by name: String) {
    let marks = token.firstIndex { "@?~=".contains($0) } ?? token.endIndex
    let (word, arguments) = call(String(token[..<marks]))
    guard let meaning = words[word] else { preconditionFailure("no word '\(word)' in '\(token)'") }
    var event = Event(meaning.operation, by: thread(name))
    event.mode = meaning.mode
    mark(&event, String(token[marks...]))
    if meaning.operation.namesThread {
      event.child = thread(arguments[0])
    } else if meaning.operation.namesObject {
      let kind = ObjectKind.implied(by: meaning.operation, namesLock: arguments.count > 1) ?? .event
      event.object = object(arguments[0], kind: kind)
      if arguments.count > 1 { argument(arguments[1], of: &event) }
    }
    trace.events.append(event)
  }

  private mutating func argument(_ text: String, of event: inout Event) {
    if event.operation == .wait {
      event.lock = object(text, kind: .lock)
    } else if let number = UInt64(text) {
      event.count = number
    } else {
      preconditionFailure("'\(text)' is no number")
    }
  }

  private mutating func mark(_ event: inout Event, _ marks: String) {
    var rest = Substring(marks)
    while let sign = rest.popFirst() {
      let word = rest.prefix { !"@?~=".contains($0) }
      rest = rest.dropFirst(word.count)
      switch (sign, word) {
      case ("?", ""): event.isPending = true
      case ("~", "try"): event.attempt = .try
      case ("~", "timed"): event.attempt = .timed
      case ("=", "failed"): event.result = .failed
      case ("=", "timeout"): event.result = .timeout
      case ("=", "error"): event.result = .error
      case ("@", _): event.stack = stack(String(word))
      default: preconditionFailure("no mark '\(sign)\(word)'")
      }
    }
  }

  /// `f`, or `f:3/main:9`: functions, the innermost first, with lines other than 1.
  private mutating func stack(_ text: String) -> StackID {
    if let id = stacks[text] { return id }
    var frames: [FrameID] = []
    for call in text.split(separator: "/") {
      let parts = call.split(separator: ":")
      frames.append(FrameID(trace.tables.frames.count))
      trace.tables.frames.append(
        Frame(
          function: "\(parts[0])()", file: "\(parts[0]).swift",
          line: parts.count > 1 ? Int(parts[1]) : 1))
    }
    let id = StackID(trace.tables.stacks.count)
    trace.tables.stacks.append(CallStack(frames))
    stacks[text] = id
    return id
  }
}

/// `acq(A, 1)` in its parts.
private func call(_ text: String) -> (word: String, arguments: [String]) {
  guard let open = text.firstIndex(of: "("), text.last == ")" else { return (text, []) }
  let inside = text[text.index(after: open)...].dropLast()
  return (String(text[..<open]), inside.split(separator: ",").map { $0.trimmingBlanks() })
}

extension Substring {
  fileprivate func trimmingBlanks() -> String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
