import LockcheckTrace

/// Whether a trace can have happened as it stands: what an event needs to have come before it comes
/// before it.
///
/// Written for itself, and plain: it shares no code with the analyzer.
struct CausalOrder {
  private var holders: [ObjectID: ThreadID] = [:]
  private var held: [ThreadID: [ObjectID]] = [:]
  private var times: [ThreadID: UInt64] = [:]
  private var forked: Set<ThreadID> = []
  private var started: Set<ThreadID> = []
  private var exited: Set<ThreadID> = []
  /// How many events have been looked at.
  private(set) var count = 0
  /// The first thing that cannot have happened.
  private(set) var violation: String?

  /// Looks at the next event.
  mutating func observe(_ event: Event) {
    if violation == nil, let what = problem(with: event) {
      violation = "event \(count), \(event.operation.name) by T\(event.thread.rawValue): \(what)"
    }
    count += 1
  }

  private mutating func problem(with event: Event) -> String? {
    let thread = event.thread
    if exited.contains(thread) { return "after the thread's end" }
    if let time = event.time {
      if time < times[thread, default: 0] { return "earlier than the thread's event before it" }
      times[thread] = time
    }
    switch event.operation {
    case .start:
      if !forked.contains(thread) { return "of a thread that nobody has forked" }
      if !started.insert(thread).inserted { return "twice" }
    case .exit: exited.insert(thread)
    case .fork: forked.insert(event.child)
    case .join where event.isEffective:
      if !exited.contains(event.child) { return "of a thread that has not ended" }
    case .acquire where event.isEffective:
      if holders[event.object] != nil { return "of a lock that is held" }
      holders[event.object] = thread
      held[thread, default: []].append(event.object)
    case .release:
      // The program gives back in the reverse order: one that is missing shows.
      if held[thread]?.popLast() != event.object {
        return "of another lock than the last one taken"
      }
      holders[event.object] = nil
    default: break
    }
    return nil
  }
}
