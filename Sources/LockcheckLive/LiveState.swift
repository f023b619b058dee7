internal import CLockcheckShims

/// All that the live checks know, but for what each thread keeps for itself. Decides, and writes nothing.
struct LiveState {
  /// A lock that was taken while checks were on, as reports call it.
  struct Known {
    var name: String
    let levelClass: String?
    let level: Int?
  }

  var settings = CheckSettings()
  /// The wait of each thread that waits, by the kernel's numbers.
  private(set) var waits: [UInt32: LiveWait] = [:]
  var order = LockOrder()
  private(set) var objects: [UInt32: Known] = [:]
  /// Threads of lockcheck's own.
  var ownThreads: Set<UInt32> = []
  /// Requests for a look that only ask to read the settings again.
  var nudges: UInt32 = 0
  /// Requests for a dump that have been answered.
  var answered: UInt32 = 0
  /// Threads at their very end, which the kernel may still list.
  private var ended: Set<UInt32> = []
  /// Threads that are being started and have not begun.
  private var startingCount = 0
  /// Sites of lock orders and levels that have been reported.
  var reportedSites: Set<[UInt]> = []
  var hasWatcher = false

  // MARK: Locks

  mutating func introduce(_ object: UInt32, _ known: Known) { objects[object] = known }

  mutating func rename(_ object: UInt32, _ name: String) { objects[object]?.name = name }

  mutating func forget(_ object: UInt32) {
    objects[object] = nil
    order.forget(object)
  }

  func name(of object: UInt32) -> String { objects[object]?.name ?? "lock no. \(object)" }

  // MARK: Waits

  /// Puts a wait in.
  ///
  /// - Returns: The wait that the thread was in, if a signal handler interrupted it; for ``end(_:_:)``.
  mutating func begin(_ wait: LiveWait) -> LiveWait? {
    ended.remove(wait.thread)
    return waits.updateValue(wait, forKey: wait.thread)
  }

  mutating func end(_ wait: LiveWait, _ outer: LiveWait?) { waits[wait.thread] = outer }

  /// A thread will do nothing more.
  mutating func endThread(_ number: UInt32) {
    waits[number] = nil
    ended.insert(number)
    if ended.count > 256, let process = ProcessThreads.now().numbers {
      ended.formIntersection(process)
    }
  }

  /// A thread is about to be started.
  mutating func announceThread() { startingCount += 1 }

  /// A thread of that number is there.
  mutating func beginThread(_ number: UInt32, wasAnnounced: Bool) {
    ended.remove(number)
    if wasAnnounced { startingCount -= 1 }
  }

  /// Whether the thread, which has just begun to wait, can never go on; of one that is idle from now on,
  /// whether others cannot.
  mutating func judge(_ wait: LiveWait) -> Verdict? {
    if wait.isTimed || isObviouslyLive(wait) { return nil }
    if wait.isIdle { return judgeSleepers() }
    let search = search()
    guard search.stuck.contains(where: { $0 === wait }) else { return nil }
    let report = text(of: search, about: wait)
    return verdict(report, on: wait.canThrow ? wait : nil, hasCaller: true)
  }

  /// Whether there are threads that can never go on since another one has ended or become idle.
  ///
  /// Under ``DeadlockPolicy/throw`` one of them is made to give up. That may free the others; if it does
  /// not, they are looked at again when it ends.
  mutating func judgeSleepers() -> Verdict? {
    let throwing = settings.onDeadlock == .throw
    let isOfInterest = { (wait: LiveWait) in
      wait.isOpenEnded && !wait.isIdle && (!wait.isReported || throwing && wait.canBeRefused)
    }
    guard waits.values.contains(where: isOfInterest) else { return nil }
    let search = search()
    guard search.stuck.contains(where: isOfInterest) else { return nil }
    let victim = throwing ? search.victim : nil
    return verdict(text(of: search, about: victim), on: victim, hasCaller: false)
  }

  private func verdict(_ report: String, on wait: LiveWait?, hasCaller: Bool) -> Verdict {
    let refused = settings.onDeadlock == .throw ? wait : nil
    refused?.isRefused = true
    return Verdict(
      report: report, policy: settings.onDeadlock, refused: refused, hasCaller: hasCaller)
  }

  /// Follows the chain of waits as long as it is one, which mostly ends at a thread that runs.
  private func isObviouslyLive(_ start: LiveWait) -> Bool {
    var wait = start
    for _ in 0...waits.count {
      switch wait.blockers {
      case .nobody: return true
      case .anyone:
        let waiting = waits.values.count(where: \.isOpenEnded)
        return LiveThread.count > waiting
      case .all(let threads):
        let blocked = threads.filter(isBlocked)
        if blocked.isEmpty { return threads.allSatisfy(LiveThread.isKnown) }
        guard threads.count == 1, let next = waits[blocked[0]] else { return blocked == [0] }
        wait = next
      case .workers(let threads, _):
        return threads.contains { !isBlocked($0) && LiveThread.isKnown($0) }
      }
    }
    return false
  }

  /// Whether the thread waits until another one wakes it; 0 is one of which nothing is known.
  private func isBlocked(_ thread: UInt32) -> Bool {
    thread == 0 || waits[thread]?.isOpenEnded ?? false
  }

  private mutating func search() -> StuckSearch {
    let known = Set(LiveThread.all.map(\.number))
    var process = ProcessThreads.now().numbers
    // The kernel uses numbers again.
    if let process { ended.formIntersection(process) }
    process?.subtract(ended)
    let counted = settings.ignoresUnknownThreads ? known : process.map(known.union)
    let others = counted?.subtracting(ownThreads)
    let isStarting = startingCount > 0
    return StuckSearch(
      waits.values.sorted { $0.since < $1.since },
      isAlive: { known.contains($0) || process?.contains($0) ?? true },
      someoneRuns: { waiting in
        isStarting || others.map { !$0.isSubset(of: waiting) } ?? true
      })
  }

  /// Waits that began before `limit` and have not been reported as stalls; from now on they have.
  func takeStalls(begunBefore limit: Int64) -> [LiveWait] {
    let stalls = waits.values.filter { $0.since <= limit && !$0.isStallReported && !$0.isIdle }
      .sorted { $0.since < $1.since }
    for wait in stalls { wait.isStallReported = true }
    return stalls
  }
}
