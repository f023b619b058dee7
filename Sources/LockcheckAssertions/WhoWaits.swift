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

  /// Takes the next event.
  mutating func observe(_ event: Event) {
    last[event.thread] = event.operation == .exit ? nil : event
    guard event.isEffective else {
      // A pending wait on a condition has given its lock up.
      if event.operation == .wait, event.isPending { release(event.lock, by: event.thread) }
      return
    }
    switch event.operation {
    case .acquire: hold(event.object, by: event)
    case .wait where event.lock.isPresent: hold(event.lock, by: event)
    case .release: release(event.object, by: event.thread)
    default: break
    }
  }

  private mutating func hold(_ lock: ObjectID, by event: Event) {
    holders[lock, default: []].append(Holder(thread: event.thread, stack: event.stack))
  }

  private mutating func release(_ lock: ObjectID, by thread: ThreadID) {
    guard lock.isPresent, let index = holders[lock]?.lastIndex(where: { $0.thread == thread })
    else { return }
    holders[lock]?.remove(at: index)
  }

  /// One paragraph a thread, in the order of their numbers.
  func text(_ tables: TraceTables) -> String {
    var tables = tables
    let threads = last.sorted { $0.key < $1.key }
    let stacks = threads.map(\.value.stack) + holders.values.joined().map(\.stack)
    let made = threads.map(\.value.object).filter(\.isPresent).map { tables.objects.stack(of: $0) }
    _ = TraceAnalysis.symbols(&tables, Set(stacks + made).filter(\.isPresent).sorted())
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
    for holder in holders[event.object] ?? [] where tables.objects.kind(of: event.object).isLock {
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

extension ObjectKind {
  fileprivate var isLock: Bool { self == .lock || self == .rlock || self == .rwlock }
}
