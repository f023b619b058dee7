package import LockcheckFindings
package import LockcheckTrace

/// A finding in sentences: what every form says in the same words.
package struct Story {
  package let finding: Finding
  package var cast: Cast
  package let tables: TraceTables

  package init(_ reported: ReportedFinding, in report: Report) {
    finding = reported.finding
    cast = reported.cast
    tables = report.tables
  }

  /// One sentence on what happened or can happen, with threads and objects by name.
  package var message: String {
    let steps = finding.steps
    guard let first = steps.first else { return title + "." }
    let who = cast[first.thread]
    let what = first.object.isPresent ? cast[first.object] : cast.objects.first ?? "it"
    switch finding.reason {
    case .waitCycle:
      return clauses(steps.map(waitingForHolder))
        + (steps.count == 1
          ? ", and so for itself." : ": each waits for what only another of them can do.")
    case .orderCycle:
      return clauses(steps.indices.map(order))
        + (steps.count == 2
          ? ": if they meet, each waits for the other for ever."
          : ": if they meet, each waits for the next for ever.")
    case .contended(let times), .heldLong(let times), .queued(let times):
      return timesMessage(times)
    case .classCycle(let held): return classMessage(held: held)
    case .levelOrder(let held): return levelMessage(held: held)
    case .relock:
      return "\(who) holds \(what) and asks for it again: it waits for itself."
    case .nobodyLeft:
      return "\(waiting(first)), and no thread is left that could end the wait."
    case .behindStuck:
      let others = list(first.waitsFor.map { cast[$0] })
      return "\(waiting(first)), and "
        + (others.isEmpty
          ? "every thread that could end the wait is stuck itself."
          : "only \(others) could end the wait, stuck \(first.waitsFor.count == 1 ? "itself" : "themselves").")
    case .unordered:
      guard steps.count > 1 else { return "\(doing(first)), and nothing orders it." }
      return "\(doing(first)) and \(cast[steps[1].thread]) \(verb(steps[1])) it" + unordered
    case .unlocked:
      return "\(what) is shared by \(list(cast.threads)), and \(unlockedAccess) with no lock held."
    case .noCommonLock:
      let guards = steps.map { "\(cast[$0.thread]) \(verb($0)) it under \(locks(of: $0))" }
      return "\(what) is always locked, but never by one lock: \(guards.joined(separator: ", "))."
    case .interleaved: return interruption
    case .split(let lock): return split(cast[lock])
    case .notHeld(let holder):
      return "\(who) releases \(what), which "
        + (holder.isPresent ? "\(cast[holder]) holds." : "nobody holds.")
    case .leaked:
      return "\(who) has ended, and still holds \(what)."
    case .lockNotHeld(let lock):
      return "\(doing(first)) without holding "
        + (lock.isPresent ? "its lock, \(cast[lock])." : "its lock.")
    case .overdone(let done, let put):
      return "\(who) says that a task of \(what) is done: that makes \(done), and \(put) "
        + (put == 1 ? "was put." : "were put.")
    case .stillInUse:
      let others = list(steps.dropFirst().map { cast[$0.thread] }.uniqued())
      return "\(who) destroys \(what) while "
        + (others.isEmpty ? "a thread still uses it." : "\(others) still uses it.")
    case .refused(let refusal): return refused(first, refusal)
    case .alreadyDestroyed(let refusal): return usedAfterDestroy(refusal)
    case .twoLocks(let lock, let other): return twoLocks(lock, other)
    case .overrun(let value, let bound):
      return "\(who) releases \(what), which makes \(value) permits; its bound is \(bound)."
    case .upgrade, .recursiveRead, .wakerNeedsLock, .tooEarly, .mayBeTooEarly, .nobodyWaited,
      .notLookedAgain, .waitedUnlooked, .tasksLeft, .partiesMissing:
      return hangMessage
    case .poolStarved(let pool, let workers): return starvation(cast[pool], workers)
    case .poolNested(let pool, let workers, let depth):
      return nesting(cast[pool], workers: workers, depth: depth)
    }
  }

  /// The title of the rule.
  package var title: String { RuleBook.page(for: finding.rule)?.title ?? finding.rule.name }

  /// The lock that the thread of a step of an order cycle held: the one that another step asks for.
  package func held(at index: Int) -> String {
    let step = finding.steps[index]
    let wanted = Set(finding.steps.map(\.object)).subtracting([step.object])
    let lock =
      step.holding.last { wanted.contains($0.object) }?.object
      ?? step.holding.last { finding.objects.contains($0.object) }?.object
      ?? step.holding.last?.object
    return lock.map { cast[$0] } ?? "another lock"
  }

  /// What a thread of an order cycle does: `T1 takes A then B`, `T1 takes A then waits for T2 to end`.
  private func order(at index: Int) -> String {
    let step = finding.steps[index]
    let previous = finding.steps[index == 0 ? finding.steps.count - 1 : index - 1]
    let isJoined = previous.operation == .join && previous.child == step.thread
    let who = cast[step.thread]
    switch (step.operation, isJoined) {
    case (.join, true): return "\(who) \(waitingVerb(step)) before it ends itself"
    case (.join, false): return "\(who) takes \(held(at: index)) then \(waitingVerb(step))"
    case (_, true): return "\(who) takes \(cast[step.object]) before it ends"
    case (_, false): return "\(who) takes \(held(at: index)) then \(cast[step.object])"
    }
  }

  /// How two accesses stand to each other.
  private var unordered: String {
    switch finding.verdict {
    case .observed:
      return ", and nothing puts one before the other: \(commonLocks), "
        + "and no fork, join, event, queue item or atomic leads from the one to the other."
    case .predicted:
      return ": \(commonLocks), and another order of this run's events puts them side by side."
        + (finding.orderedBy.map { " " + ordering($0) } ?? "")
    case .possible where finding.missing == nil:
      return ", and nothing puts one before the other: \(commonLocks), "
        + "and no fork, join, event, queue item or atomic leads from the one to the other."
    case .possible:
      return ": \(commonLocks), and nothing shows that they cannot meet."
        + (finding.orderedBy.map { " " + ordering($0) } ?? "")
    }
  }

  /// What put them in order in this run, and need not in another.
  private func ordering(_ ordering: Ordering) -> String {
    "In this run \(cast[ordering.releaser])'s release of \(cast[ordering.object]) "
      + "(event \(ordering.release.grouped)) happened to come before "
      + "\(cast[ordering.acquirer])'s acquire of it (event \(ordering.acquire.grouped)); "
      + "nothing forces that order."
  }

  /// The locks that would have kept two accesses apart, and were not there.
  private var commonLocks: String {
    let common = finding.steps[1].holding.map(\.object)
      .filter { lock in finding.steps[0].holding.contains { $0.object == lock } }
    return common.isEmpty
      ? "they hold no lock in common"
      : "they hold \(list(common.map { cast[$0] })) in common, but for reading only"
  }

  private var unlockedAccess: String {
    let step =
      finding.steps.last { $0.holding.isEmpty && $0.operation.changesVariable }
      ?? finding.steps.last { $0.holding.isEmpty }
    return step.map { "\(cast[$0.thread]) \(verb($0)) it" } ?? "it is used"
  }

  /// What gets into a block, and between which of its steps.
  private var interruption: String {
    guard let last = finding.steps.last, let first = finding.steps.first else { return title + "." }
    let block = "the block that \(cast[first.thread]) begins at event \(first.event)"
    let closing = "\(verb(last)) \(last.child.isPresent ? cast[last.child] : cast[last.object])"
    guard finding.steps.count > 2 else {
      return "\(cast[last.thread]) \(closing) in \(block), and comes there after something that "
        + "comes after an earlier step of the same block: no order of whole blocks explains it."
    }
    return "\(doing(finding.steps[1])) in the middle of \(block): after one step of it, and before "
      + "\(cast[last.thread]) \(closing). No order of whole blocks explains both."
  }

  /// What is read in one section of a lock and written in the next, and who writes it meanwhile.
  private func split(_ lock: String) -> String {
    guard finding.steps.count == 3 else { return title + "." }
    let (read, foreign, write) = (finding.steps[0], finding.steps[1], finding.steps[2])
    let other = cast[foreign.thread]
    let isBetween = (read.event..<write.event).contains(foreign.event)
    return "\(doing(read)) under \(lock), gives \(lock) back, takes it again in the same "
      + "function and "
      + "\(verb(write)) \(cast[write.object]) without another look. "
      + (isBetween
        ? "\(other) \(verb(foreign)) it in between: what was read is no longer so."
        : "\(other) \(verb(foreign)) it too, and can in between: what was read is then no longer so.")
  }

  private func locks(of step: Step) -> String {
    step.holding.isEmpty ? "no lock" : list(step.holding.map { cast[$0.object] }.uniqued())
  }
}

extension Operation {
  /// Whether the variable has another value afterwards.
  var changesVariable: Bool { self == .write || self == .atomicWrite || self == .atomicUpdate }
}

/// `A does, and B does`: whole sentences in one.
func clauses(_ sentences: [String]) -> String {
  guard let last = sentences.last, sentences.count > 1 else { return sentences.first ?? "" }
  return "\(sentences.dropLast().joined(separator: ", ")), and \(last)"
}

/// `a`, `a and b`, `a, b and c`.
func list(_ words: [String]) -> String {
  guard let last = words.last else { return "" }
  return words.count == 1 ? last : "\(words.dropLast().joined(separator: ", ")) and \(last)"
}
