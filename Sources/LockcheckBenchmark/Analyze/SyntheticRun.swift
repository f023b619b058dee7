import LockcheckTrace

/// A made-up run of any length: threads that take locks, some of them nested, and work on variables
/// under them, one slice of a thread after the other.
///
/// Events are made as they are asked for, so that a hundred million of them need no memory. Each
/// variable belongs to one lock, and locks are nested in one order: nothing is wrong with it.
struct SyntheticRun: EventSource {
  let header = TraceHeader()
  private let eventCount: Int
  private let threads: Int
  private let locks: Int
  private let variables: Int
  private var made = 0
  private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var isDeclared = false

  init(events: Int, threads: Int = 8, locks: Int = 50, variables: Int = 18_000) {
    eventCount = events
    self.threads = threads
    self.locks = locks
    self.variables = variables
  }

  mutating func read(into events: inout [Event], tables: inout TraceTables) -> Bool {
    if !isDeclared { declare(&tables) }
    events.removeAll(keepingCapacity: true)
    while events.count < 4096, made < eventCount {
      let before = events.count
      append(to: &events)
      made += events.count - before
    }
    return !events.isEmpty
  }

  private mutating func declare(_ tables: inout TraceTables) {
    isDeclared = true
    for thread in 0..<threads { tables.threads.append(ThreadRow(name: "worker \(thread)")) }
    for lock in 0..<locks { _ = tables.objects.append(kind: .lock, name: "lock \(lock)") }
    for _ in 0..<variables { _ = tables.objects.append(kind: .variable) }
    for place in 0..<64 {
      tables.frames.append(Frame(function: "work\(place)()", file: "Work.swift", line: place + 1))
      tables.stacks.append(CallStack([FrameID(place)]))
    }
  }

  /// One critical section, seldom with a second one inside.
  private mutating func append(to events: inout [Event]) {
    let thread = ThreadID(next(threads))
    let outer = next(locks)
    let inner = next(4) == 0 ? outer + 1 + next(3) : locks
    add(.acquire, outer, thread, to: &events)
    if inner < locks { add(.acquire, inner, thread, to: &events) }
    for _ in 0..<4 {
      let variable = locks + (next(variables / locks) * locks + outer) % variables
      add(next(3) == 0 ? .write : .read, variable, thread, to: &events)
    }
    if inner < locks { add(.release, inner, thread, to: &events) }
    add(.release, outer, thread, to: &events)
  }

  private func add(
    _ operation: Operation, _ object: Int, _ thread: ThreadID, to events: inout [Event]
  ) {
    events.append(Event(operation, by: thread, on: ObjectID(object), at: StackID(object & 63)))
  }

  private mutating func next(_ bound: Int) -> Int {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return Int(random % UInt64(bound))
  }
}
