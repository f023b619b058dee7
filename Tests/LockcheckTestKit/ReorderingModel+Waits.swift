import LockcheckTrace

// MARK: - Conditions

/// A condition remembers, in the order in which they came, the threads that wait (as numbers from 1)
/// and the wakeups that nobody has taken.
extension ReorderingModel {
  private static let wakeup: UInt8 = .max

  private func queue(of condition: Int, in state: ReorderingState) -> [UInt8] {
    let place = places[condition]
    return Array(state[place..<place + memorySizes[condition]].prefix { $0 != 0 })
  }

  private func set(_ queue: [UInt8], of condition: Int, _ state: inout ReorderingState) {
    var place = places[condition]
    let end = place + memorySizes[condition]
    for byte in queue {
      state[place] = byte
      place += 1
    }
    while place < end {
      state[place] = 0
      place += 1
    }
  }

  func isConditionPossible(_ event: Event, in state: ReorderingState) -> Bool {
    guard event.operation == .wait, event.result == .success else { return true }
    let queue = queue(of: event.object.index, in: state)
    guard let begin = queue.firstIndex(of: UInt8(event.thread.index + 1)) else { return false }
    return queue[begin...].contains(Self.wakeup)
  }

  func advanceCondition(_ event: Event, _ state: inout ReorderingState) {
    let condition = event.object.index
    var queue = queue(of: condition, in: state)
    let waiter = UInt8(event.thread.index + 1)
    if event.operation == .notify, event.isEffective {
      let unwoken = Self.unwoken(queue)
      let count = min(event.count ?? .max, UInt64(unwoken))
      queue += [UInt8](repeating: Self.wakeup, count: Int(count))
    } else if event.operation == .wait, event.isPending {
      queue.append(waiter)
    } else if event.operation == .wait, let begin = queue.firstIndex(of: waiter) {
      if event.result == .success, let oldest = queue[begin...].firstIndex(of: Self.wakeup) {
        queue.remove(at: oldest)
      }
      queue.remove(at: begin)
      // Who begins to wait later cannot have been woken by them.
      queue = Array(queue.drop { $0 == Self.wakeup })
    }
    set(queue, of: condition, &state)
  }

  /// How many wait that none of the wakeups can have been for.
  private static func unwoken(_ queue: [UInt8]) -> Int {
    var unwoken = 0
    for byte in queue {
      if byte == wakeup { unwoken = max(0, unwoken - 1) } else { unwoken += 1 }
    }
    return unwoken
  }
}

// MARK: - Events

/// An event remembers whether its flag is up, and of each thread whether it waits (1) and whether the
/// flag was raised since (2).
extension ReorderingModel {
  func isFlagPossible(_ event: Event, in state: ReorderingState) -> Bool {
    guard event.operation == .wait else { return true }
    let place = places[event.object.index]
    let isUp = state[place] == 1
    return event.result == .success ? isUp || state[place + 1 + event.thread.index] == 2 : !isUp
  }

  func advanceFlag(_ event: Event, _ state: inout ReorderingState) {
    let place = places[event.object.index]
    switch event.operation {
    case .set where event.isEffective:
      state[place] = 1
      for thread in programs.indices where state[place + 1 + thread] == 1 {
        state[place + 1 + thread] = 2
      }
    case .clear where event.isEffective: state[place] = 0
    case .wait: state[place + 1 + event.thread.index] = event.isPending ? 1 : 0
    default: break
    }
  }
}

// MARK: - Barriers

/// A barrier remembers how many have arrived, and of each thread that waits as which one it came.
extension ReorderingModel {
  func isBarrierPossible(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    guard event.operation == .wait else { return true }
    let place = places[event.object.index]
    let parties = Int(details[event.object.index].parties!)
    var arrived = Int(state[place])
    var mine = Int(state[place + 1 + event.thread.index])
    if mine == 0 {
      arrived += 1
      mine = arrived
    }
    let full = (mine + parties - 1) / parties * parties
    return arrived >= full
  }

  func advanceBarrier(_ index: Int, _ event: Event, _ state: inout ReorderingState) {
    guard event.operation == .wait else { return }
    let place = places[event.object.index]
    let mine = place + 1 + event.thread.index
    if state[mine] == 0 {
      state[place] += 1
      state[mine] = state[place]
    }
    if !event.isPending { state[mine] = 0 }
  }
}
