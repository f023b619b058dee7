import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace

/// What every thread of a recording was doing at its end: what it waits for, and who has that.
///
/// Says what the recording says and draws no conclusion, so it is there for code that blocks in something
/// that lockcheck does not know as well.
struct WhoWaits {
  private var last: [ThreadID: Event] = [:]
  private var holders: [ObjectID: [Holder]] = [:]

  private struct Holder {
    var thread: ThreadID
    var stack: StackID
  }

  /// What a thread gave up for its wait on a condition, and takes again after it.
  private var givenUp: [ThreadID: [Holder]] = [:]

  /// Takes the next event.
  mutating func observe(_ event: Event) {
    last[event.thread] = event.operation == .exit ? nil : event
    switch event.operation {
    case .acquire where event.isEffective:
      holders[event.object, default: []].append(
        Holder(thread: event.thread, stack: event.stack))
    case .release where event.isEffective:
      release(event.object, by: event.thread)
    case .wait where event.lock.isPresent:
      // However the wait ends: the lock is taken again.
      event.isPending ? giveUp(event) : takeAgain(event)
    default: break
    }
  }

  private mutating func release(_ lock: ObjectID, by thread: ThreadID) {
    // A lock that may be handed over is given back by whoever does.
    guard let held = holders[lock], !held.isEmpty else { return }
    holders[lock]?.remove(at: held.lastIndex { $0.thread == thread } ?? held.count - 1)
  }

  private mutating func giveUp(_ wait: Event) {
    givenUp[wait.thread] = holders[wait.lock]?.filter { $0.thread == wait.thread }
    holders[wait.lock]?.removeAll { $0.thread == wait.thread }
  }

  private mutating func takeAgain(_ wait: Event) {
    guard let holds = givenUp.removeValue(forKey: wait.thread) else { return }
    holders[wait.lock, default: []] += holds
  }

  /// Who holds a lock, each thread once.
  private func distinctHolders(of lock: ObjectID) -> [Holder] {
    var seen: Set<ThreadID> = []
    return (holders[lock] ?? []).filter { seen.insert($0.thread).inserted }
  }

  /// One paragraph a thread, in the order of their numbers.
  func text(_ tables: TraceTables) -> String {
    var tables = tables
    let threads = last.sorted { $0.key < $1.key }
    let stacks = threads.map(\.value.stack) + holders.values.joined().map(\.stack)
    let made = threads.map(\.value.object).filter(\.isPresent).map { tables.objects.stack(of: $0) }
    _ = TraceAnalysis.symbols(&tables, Set(stacks + made).filter(\.isPresent).sorted(), [])
    let names = Names(tables)
    var ids = threads.map(\.key) + threads.map(\.value.child).filter(\.isPresent)
    ids += holders.values.joined().map(\.thread)
    let called = names.distinct(threads: ids.uniqued())
    return threads.map { thread, event in
      describe(event, by: called[thread] ?? names[thread], tables, names, called)
    }.joined(separator: "\n")
  }

  private func describe(
    _ event: Event, by thread: String, _ tables: TraceTables, _ names: Names,
    _ called: [ThreadID: String]
  ) -> String {
    let target =
      event.child.isPresent
      ? "thread '\(called[event.child] ?? names[event.child])'"
      : event.object.isPresent
        ? "\(tables.objects.kind(of: event.object).name) '\(names[event.object])'" : nil
    let act = [event.operation.name, target].compactMap { $0 }.joined(separator: " of ")
    guard event.isPending else {
      return "  thread '\(thread)' waits for nothing that lockcheck knows; its last event: \(act)"
        + Self.frames(of: event.stack, tables, indent: "    ")
    }
    var text = "  thread '\(thread)' waits: \(act)"
    if event.attempt == .timed { text += " (for a time)" }
    text += Self.frames(of: event.stack, tables, indent: "    ")
    for holder in distinctHolders(of: event.object) {
      text += "\n    held by thread '\(called[holder.thread] ?? names[holder.thread])', taken"
      text += Self.frames(of: holder.stack, tables, indent: "      ")
    }
    return text
  }

  private static func frames(of stack: StackID, _ tables: TraceTables, indent: String) -> String {
    guard stack.isPresent else { return "" }
    return tables.frames(of: stack).telling.prefix(4).map { frame in
      "\n\(indent)at \(frame.place)\(frame.function.map { " in \($0)" } ?? "")"
    }.joined()
  }
}
