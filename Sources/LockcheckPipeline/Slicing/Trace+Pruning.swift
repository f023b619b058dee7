import LockcheckTrace

extension Trace {
  /// The same events with tables that hold what they name and nothing else.
  ///
  /// - Complexity: O(events), and the size of the tables.
  func pruned() -> Trace {
    var pruning = Pruning(self)
    return pruning.run()
  }
}

/// Tables on their way into smaller ones: rows keep their order and get new numbers.
private struct Pruning {
  private let trace: Trace
  private var threads: Set<ThreadID> = []
  private var objects: Set<ObjectID> = []
  private var stacks: Set<StackID> = []
  private var newThreads: [ThreadID: ThreadID] = [:]
  private var newObjects: [ObjectID: ObjectID] = [:]
  private var newStacks: [StackID: StackID] = [:]

  init(_ trace: Trace) { self.trace = trace }

  mutating func run() -> Trace {
    for event in trace.events { note(event) }
    var result = Trace(header: trace.header)
    let tables = trace.tables
    copyStacks(to: &result.tables)
    for thread in threads.sorted() where thread.index < tables.threads.count {
      newThreads[thread] = ThreadID(result.tables.threads.count)
      result.tables.threads.append(tables[thread])
    }
    copyObjects(to: &result.tables)
    result.events = trace.events.map(renumbered)
    return result
  }

  private mutating func note(_ event: Event) {
    threads.insert(event.thread)
    if event.operation.namesThread { threads.insert(event.child) }
    if event.stack.isPresent { stacks.insert(event.stack) }
    for object in [event.object, event.lock] where object.index < trace.tables.objects.count {
      objects.insert(object)
      let stack = trace.tables.objects.stack(of: object)
      if stack.isPresent { stacks.insert(stack) }
      let details = trace.tables.objects[object]
      for other in [details.lock, details.pool].compactMap(\.self)
      where other.index < trace.tables.objects.count {
        objects.insert(other)
        let otherStack = trace.tables.objects.stack(of: other)
        if otherStack.isPresent { stacks.insert(otherStack) }
      }
    }
  }

  private mutating func copyStacks(to tables: inout TraceTables) {
    var newFrames: [FrameID: FrameID] = [:]
    for stack in stacks.sorted() where stack.index < trace.tables.stacks.count {
      newStacks[stack] = StackID(tables.stacks.count)
      let frames = trace.tables.stacks[stack.index].frames.map { frame in
        if let new = newFrames[frame] { return new }
        let new = FrameID(tables.frames.count)
        tables.frames.append(trace.tables[frame])
        newFrames[frame] = new
        return new
      }
      tables.stacks.append(CallStack(frames))
    }
  }

  private mutating func copyObjects(to tables: inout TraceTables) {
    let old = trace.tables.objects
    for object in objects.sorted() {
      newObjects[object] = tables.objects.append(
        kind: old.kind(of: object), name: old.name(of: object),
        stack: newStacks[old.stack(of: object)] ?? .absent)
    }
    for object in objects {
      guard let new = newObjects[object] else { continue }
      var details = old[object]
      details.lock = details.lock.flatMap { newObjects[$0] }
      details.pool = details.pool.flatMap { newObjects[$0] }
      tables.objects[new] = details
    }
  }

  private func renumbered(_ event: Event) -> Event {
    var new = event
    new.thread = newThreads[event.thread] ?? .absent
    new.object = newObjects[event.object] ?? .absent
    new.stack = newStacks[event.stack] ?? .absent
    if event.operation.namesThread {
      new.child = newThreads[event.child] ?? .absent
    } else {
      new.lock = newObjects[event.lock] ?? .absent
    }
    return new
  }
}
