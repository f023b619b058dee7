import LockcheckTrace

/// Who waits on a condition, and the wakeups that nobody has taken yet.
struct PlainCondition {
  private var moment = 0
  /// When each wait began.
  private var waiters: [ThreadID: Int] = [:]
  /// When each wakeup that is left was made, oldest first.
  private var wakeups: [Int] = []

  mutating func begin(_ thread: ThreadID) -> PermittedStep {
    moment += 1
    let isNew = waiters.updateValue(moment, forKey: thread) == nil
    return isNew ? .allowed : .refused(.cannotHappen)
  }

  /// - Parameter count: How many to wake; nil for all.
  mutating func notify(_ count: UInt64?) -> PermittedStep {
    moment += 1
    let asleep = max(0, waiters.count - wakeups.count)
    let woken = count.map { Int(min($0, UInt64(asleep))) } ?? asleep
    wakeups.append(contentsOf: repeatElement(moment, count: woken))
    return .allowed
  }

  mutating func end(_ thread: ThreadID, _ result: Event.Result) -> PermittedStep {
    guard let began = waiters.removeValue(forKey: thread) else { return .withSamePast }
    guard result == .success else {
      forgetUseless()
      return result == .error ? .withSamePast : .allowed
    }
    guard let mine = wakeups.firstIndex(where: { $0 > began }) else { return .refused(.notWoken) }
    wakeups.remove(at: mine)
    return .allowed
  }

  /// Lets go of the wakeups that none of those who still wait can take: they were for one that
  /// has given up, and must not count as theirs.
  private mutating func forgetUseless() {
    let earliest = waiters.values.min() ?? .max
    wakeups.removeAll { $0 < earliest }
  }
}

/// The flag of an event, and who waits for it.
struct PlainFlag {
  private var moment = 0
  private var isUp = false
  private var lastSet = 0
  /// When each wait began.
  private var waiters: [ThreadID: Int] = [:]

  mutating func set() -> PermittedStep {
    moment += 1
    (isUp, lastSet) = (true, moment)
    return .allowed
  }

  mutating func clear() -> PermittedStep {
    isUp = false
    return .allowed
  }

  mutating func begin(_ thread: ThreadID) -> PermittedStep {
    moment += 1
    waiters[thread] = moment
    return .allowed
  }

  mutating func end(_ thread: ThreadID, _ result: Event.Result) -> PermittedStep {
    let began = waiters.removeValue(forKey: thread) ?? .max
    switch result {
    case .success: return isUp || lastSet > began ? .allowed : .refused(.flagDown)
    case .error: return .withSamePast
    case .timeout, .failed: return isUp ? .refused(.flagUp) : .allowed
    }
  }
}

/// Who has come to a barrier.
struct PlainBarrier {
  private var arrivals = 0
  /// The number of each thread that has come and not left.
  private var places: [ThreadID: Int] = [:]

  mutating func arrive(_ thread: ThreadID) -> PermittedStep {
    let isNew = places.updateValue(arrivals, forKey: thread) == nil
    arrivals += 1
    return isNew ? .allowed : .refused(.cannotHappen)
  }

  mutating func leave(
    _ thread: ThreadID, _ result: Event.Result, parties: UInt64?
  ) -> PermittedStep {
    if places[thread] == nil { _ = arrive(thread) }
    let place = places.removeValue(forKey: thread) ?? 0
    guard let parties = parties.flatMap({ Int(exactly: $0) }), parties > 0 else {
      return .withSamePast
    }
    // What a wait that is given up leaves behind is the platform's business.
    guard result == .success else { return .refused(.cannotHappen) }
    return arrivals / parties > place / parties ? .allowed : .refused(.roundNotFull)
  }
}
