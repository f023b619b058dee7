internal import CLockcheckShims

/// What is found, as text for standard error. Under the lock of the live checks.
extension LiveState {
  /// Threads that can never go on. From now on they have been reported.
  ///
  /// - Parameter wait: The one that has just begun to wait; nil where another thread's end was it.
  func text(of search: StuckSearch, about wait: LiveWait?) -> String {
    let fresh = search.stuck.filter { !$0.isReported || $0 === wait }
    let isFresh = { (wait: LiveWait) in fresh.contains { $0 === wait } }
    var text = ""
    var told: [LiveWait] = []
    for pool in search.starvedPools(among: fresh) {
      text += "lockcheck: pool-starvation: every worker of \(pool) waits, some for tasks that only "
      text += "they could run\n"
    }
    for cycle in search.cycles where cycle.contains(where: isFresh) {
      text +=
        cycle.count == 1
        ? "lockcheck: deadlock: \(cycle[0].threadName) waits for itself\n"
        : "lockcheck: deadlock: \(cycle.count) threads wait for one another\n"
      for wait in cycle { text += lines(of: wait) }
      told += cycle
    }
    let others = fresh.filter { wait in !told.contains { $0 === wait } }
    if !others.isEmpty {
      text += "lockcheck: stuck: "
      text +=
        told.isEmpty
        ? "nobody is left who could wake \(counted(others.count))\n"
        : "with them, \(counted(others.count)) can never go on\n"
      for wait in others { text += lines(of: wait) }
    }
    for wait in search.stuck { wait.isReported = true }
    return text
  }

  private func counted(_ threads: Int) -> String {
    threads == 1 ? "this thread" : "these \(threads) threads"
  }

  /// One thread: what it waits for, whom, since when it holds what it holds.
  ///
  /// - Parameter now: For how long is told by it; nil for a thread that is stuck.
  func lines(of wait: LiveWait, now: Int64? = nil) -> String {
    var text = "  \(wait.threadName) waits for \(wait.what)\(suffix(of: wait, isStuck: now == nil))"
    if let now { text += ", for \(seconds(now - wait.since)) s" }
    text += wait.isTimed ? ", until its timeout\n" : "\n"
    // Of a thread that has nothing to do, the stack shows nothing but us.
    if !wait.isIdle { text += LiveText.stack(wait.stack, indent: "    ") }
    if let thread = LiveThread.all.first(where: { $0.number == wait.thread }) {
      text += holdLines(of: thread)
    }
    return text
  }

  private func suffix(of wait: LiveWait, isStuck: Bool) -> String {
    switch wait.blockers {
    case .nobody: return ", which is there"
    case .anyone: return isStuck ? ", and nobody is left who could wake it" : ""
    case .all(let numbers): return ", that is for \(names(of: numbers, to: wait))"
    case .workers(let numbers, let pool):
      return ", that is for any worker of \(pool): \(names(of: numbers, to: wait))"
    }
  }

  private func names(of numbers: [UInt32], to wait: LiveWait) -> String {
    let threads = LiveThread.all
    let names = Set(numbers).sorted().map { number in
      number == wait.thread
        ? "itself" : threads.first { $0.number == number }?.name ?? "thread \(number)"
    }
    return names.joined(separator: ", ")
  }

  private func holdLines(of thread: LiveThread) -> String {
    var text = ""
    for hold in thread.holds {
      text += "    it holds \(name(of: hold.object))\(hold.isShared ? ", shared" : ""), taken at\n"
      text += LiveText.stack(hold.stack, indent: "      ")
    }
    return text
  }

  /// A time in seconds with one digit behind the point.
  private func seconds(_ nanoseconds: Int64) -> String {
    let tenths = max(0, nanoseconds) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Who holds what and who waits for what.
  func dump(now: Int64) -> String {
    var text = ""
    let waits = waits.values.sorted { $0.since < $1.since }
    for wait in waits { text += lines(of: wait, now: now) }
    for thread in LiveThread.all.sorted(by: { $0.number < $1.number })
    where !waits.contains(where: { $0.thread == thread.number }) && !thread.holds.isEmpty {
      text += "  \(thread.name) does not wait\n" + holdLines(of: thread)
    }
    let heading = "lockcheck: \(counted(waits.count, "thread waits", "threads wait"))\n"
    return heading + text
  }

  private func counted(_ count: Int, _ one: String, _ many: String) -> String {
    switch count {
    case 0: "no \(one)"
    case 1: "1 \(one)"
    default: "\(count) \(many)"
    }
  }

  /// Threads that have been blocked for long.
  func text(ofStalls stalls: [LiveWait], longerThan limit: Int64, now: Int64) -> String {
    var text = "lockcheck: watchdog: \(counted(stalls.count, "thread has", "threads have"))"
    text += " been blocked for \(seconds(limit)) s or longer\n"
    for wait in stalls { text += lines(of: wait, now: now) }
    return text
  }

  /// Locks that are taken in a cyclic order; nil where these sites have been reported.
  mutating func text(ofCycle cycle: [LockOrder.Pair]) -> String? {
    let steps = cycle.compactMap { pair in order.sighting(of: pair).map { (pair, $0) } }
    let sites = steps.flatMap { [LiveText.site(of: $1.heldSince), LiveText.site(of: $1.takenAt)] }
    guard reportedSites.insert(sites.sorted()).inserted else { return nil }
    var text = "lockcheck: lock order: a deadlock looks possible: "
    text += cycle.map { name(of: $0.held) }.joined(separator: ", ") + "\n"
    for (pair, sighting) in steps {
      text += "  \(sighting.threadName) takes \(name(of: pair.taken)) at\n"
      text += LiveText.stack(sighting.takenAt, indent: "    ")
      text += "    while it holds \(name(of: pair.held)), taken at\n"
      text += LiveText.stack(sighting.heldSince, indent: "      ")
    }
    return text + "  A lock that keeps these apart cannot be seen here; the trace can tell.\n"
  }

  /// A lock taken against its level; nil where it was not, or these sites have been reported.
  mutating func text(
    ofLevels hold: LiveThread.Hold, _ object: UInt32, takenAt stack: UInt32, by thread: LiveThread
  ) -> String? {
    guard let held = objects[hold.object], let taken = objects[object],
      let heldLevel = held.level, let level = taken.level,
      held.levelClass == taken.levelClass, level <= heldLevel
    else { return nil }
    let sites = [0, LiveText.site(of: hold.stack), LiveText.site(of: stack)]
    guard reportedSites.insert(sites).inserted else { return nil }
    var text = "lockcheck: lock level: \(thread.name) takes \(taken.name), of level \(level)"
    if let name = taken.levelClass { text += " in class '\(name)'" }
    text += ", at\n" + LiveText.stack(stack, indent: "    ")
    text += "    while it holds \(held.name), of level \(heldLevel), taken at\n"
    return text + LiveText.stack(hold.stack, indent: "      ")
  }
}
