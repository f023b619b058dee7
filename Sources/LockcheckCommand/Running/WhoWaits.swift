import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace

/// Who waits for whom at the end of a trace.
struct WhoWaits {
  private var pending: [ThreadID: Event] = [:]
  private var holders: [ObjectID: [ThreadID: Int]] = [:]
  private var tables = TraceTables()

  /// Reads all that `decoder` has.
  init(_ decoder: some TraceDecoder) throws {
    var decoder = decoder
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &tables) {
      for event in events { observe(event) }
    }
  }

  private mutating func observe(_ event: Event) {
    pending[event.thread] = event.isPending ? event : nil
    switch event.operation {
    case .acquire where event.isEffective: hold(event.object, event.thread, 1)
    case .release where event.isEffective: hold(event.object, event.thread, -1)
    // The wait on a condition gives the lock up, and takes it again.
    case .wait where event.lock.isPresent: hold(event.lock, event.thread, event.isPending ? -1 : 1)
    default: break
    }
  }

  private mutating func hold(_ object: ObjectID, _ thread: ThreadID, _ change: Int) {
    let count = holders[object, default: [:]][thread, default: 0] + change
    holders[object, default: [:]][thread] = count > 0 ? count : nil
  }

  /// Whether no thread waits for anything that was recorded.
  var isEmpty: Bool { pending.isEmpty }

  /// A line for each thread that waits, with the call that it waits in.
  func text() -> String {
    let waits = pending.values.sorted { $0.thread < $1.thread }
    guard !waits.isEmpty else { return "  no thread waits for another\n" }
    var tables = tables
    let objects = waits.map(\.object).filter(\.isPresent)
    let stacks = waits.map(\.stack) + objects.map { tables.objects.stack(of: $0) }
    _ = TraceAnalysis.symbols(&tables, stacks.filter(\.isPresent), objects)
    let names = Names(tables).distinct(objects: objects)
    return waits.map { wait in
      var line = "  \(name(wait.thread)) waits for "
      line +=
        wait.operation == .join
        ? "the end of \(name(wait.child))" : names[wait.object] ?? "something"
      let owners = owners(of: wait).map(name)
      if !owners.isEmpty { line += ", which \(owners.joined(separator: ", ")) holds" }
      if let place = Self.place(of: wait, in: tables) { line += "\n   \(place)" }
      return line + "\n"
    }.joined()
  }

  private func name(_ thread: ThreadID) -> String {
    let number = "thread \(thread.index + 1)"
    guard thread.isPresent, let name = tables[thread].name, !name.isEmpty else { return number }
    return "\(name) (\(number))"
  }

  private func owners(of wait: Event) -> [ThreadID] {
    guard wait.operation == .acquire else { return [] }
    let owners = (holders[wait.object] ?? [:]).keys.sorted()
    return owners.isEmpty && wait.holder.isPresent ? [wait.holder] : owners
  }

  private static func place(of wait: Event, in tables: TraceTables) -> String? {
    guard wait.stack.isPresent, let frame = tables.frames(of: wait.stack).telling.first else {
      return nil
    }
    let function = frame.function.map { " in \($0)" } ?? ""
    let file = frame.file.map { file in " at \(file)" + (frame.line.map { ":\($0)" } ?? "") } ?? ""
    return function + file
  }
}
