package import LockcheckCodecs
package import LockcheckFindings
package import LockcheckTrace

/// What every thread of a recording was doing at its end: what it waits for, and who has that.
///
/// Says what the recording says and draws no conclusion, so it is there for code that blocks in something
/// that lockcheck does not know as well.
package struct WhoWaits {
  private var tables: TraceTables
  private var last: [ThreadID: Event] = [:]
  private var holders: [ObjectID: [Holder]] = [:]

  private struct Holder {
    var thread: ThreadID
    var stack: StackID
  }

  /// What a thread gave up for its wait on a condition, and takes again after it.
  private var givenUp: [ThreadID: [Holder]] = [:]

  /// Nobody does anything yet; threads and objects are those of `tables`.
  package init(_ tables: TraceTables) { self.tables = tables }

  /// Reads all that `decoder` has.
  package init(_ decoder: some TraceDecoder) throws {
    var decoder = decoder
    var tables = TraceTables()
    var events: [Event] = []
    self.init(tables)
    while try decoder.read(into: &events, tables: &tables) { events.forEach { observe($0) } }
    self.tables = tables
  }

  /// Takes the next event.
  package mutating func observe(_ event: Event) {
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

  /// Whether a thread waits for something that was recorded.
  package var isAnyWaiting: Bool { last.values.contains { $0.isPending } }

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

  /// Who has what the thread of the event waits for, each thread once.
  private func holders(of wait: Event) -> [Holder] {
    var seen: Set<ThreadID> = []
    let known = (holders[wait.object] ?? []).filter { seen.insert($0.thread).inserted }
    // It may say so itself, of a lock that is taken without a call.
    guard known.isEmpty, wait.holder.isPresent else { return known }
    return [Holder(thread: wait.holder, stack: .absent)]
  }

  /// One paragraph a thread, in the order of their numbers.
  ///
  /// - Parameters:
  ///   - names: What threads are called where a report has called them something already.
  ///   - all: Whether also of those that wait for nothing; else they are counted.
  package func text(names: Names? = nil, all: Bool) -> String {
    let told = last.filter { all || $0.value.isPending }.sorted { $0.key < $1.key }
    let holds = told.flatMap { holders(of: $0.value) }
    let objects = told.map(\.value.object).filter(\.isPresent)
    var tables = tables
    let stacks =
      told.map(\.value.stack) + holds.map(\.stack) + objects.map { tables.objects.stack(of: $0) }
    _ = TraceAnalysis.symbols(&tables, Set(stacks).filter(\.isPresent).sorted(), objects)
    var named = (names ?? Names(tables)).knowing(tables)
    for (thread, event) in told { named.mention(thread, seenAt: event.stack) }
    for hold in holds { named.mention(hold.thread, seenAt: hold.stack) }
    for (_, event) in told where event.child.isPresent { named.mention(event.child) }
    var threads = told.map(\.key) + told.map(\.value.child).filter(\.isPresent)
    threads += holds.map(\.thread)
    let page = Page(
      tables: tables, threads: named.distinct(threads: threads),
      objects: named.distinct(objects: objects))
    var paragraphs = told.map { thread, event in
      page.text(of: event, by: thread, heldBy: event.isPending ? holders(of: event) : [])
    }
    let others = last.count - told.count
    if told.isEmpty {
      paragraphs.append("  no thread waits for anything that lockcheck knows")
    } else if others > 0 {
      let subject = others == 1 ? "one other thread waits" : "\(others) other threads wait"
      paragraphs.append("  \(subject) for nothing that lockcheck knows")
    }
    return paragraphs.joined(separator: "\n")
  }

  /// What is written, with the names that are used in it.
  private struct Page {
    let tables: TraceTables
    let threads: [ThreadID: String]
    let objects: [ObjectID: String]

    func text(of event: Event, by thread: ThreadID, heldBy holders: [Holder]) -> String {
      var target: String?
      if event.child.isPresent {
        target = name(event.child)
      } else if let object = objects[event.object] {
        target = "\(tables.objects.kind(of: event.object).name) '\(object)'"
      }
      let act = [event.operation.name, target].compactMap { $0 }.joined(separator: " of ")
      var text = "  \(name(thread)) waits"
      text +=
        event.isPending
        ? ": \(act)" : " for nothing that lockcheck knows; its last event: \(act)"
      if event.isPending, event.attempt == .timed { text += " (for a time)" }
      text += frames(of: event.stack, indent: "    ")
      for holder in holders {
        let taken = frames(of: holder.stack, indent: "      ")
        text += "\n    held by \(name(holder.thread))" + (taken.isEmpty ? "" : ", taken" + taken)
      }
      return text
    }

    private func name(_ thread: ThreadID) -> String { "thread '\(threads[thread] ?? "?")'" }

    private func frames(of stack: StackID, indent: String) -> String {
      guard stack.isPresent else { return "" }
      return tables.frames(of: stack).telling.prefix(4).map { frame in
        "\n\(indent)at \(frame.place)\(frame.function.map { " in \($0)" } ?? "")"
      }.joined()
    }
  }
}
