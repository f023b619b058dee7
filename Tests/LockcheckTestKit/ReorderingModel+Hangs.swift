import LockcheckTrace

// MARK: - Nobody can go on

extension ReorderingModel {
  /// Adds what the threads wait at, if every thread that is there has ended or waits.
  func addHang(in state: ReorderingState, to hangs: inout Set<[Int]>) {
    var waits: [Int] = []
    for thread in programs.indices {
      if isOver(thread, in: state) { continue }
      guard let wait = wait(of: thread, in: state) else { return }
      waits.append(wait)
    }
    if !waits.isEmpty { hangs.insert(waits.sorted()) }
  }

  /// Whether a thread has ended, or is not there.
  private func isOver(_ thread: Int, in state: ReorderingState) -> Bool {
    let place = Int(state[thread])
    guard place < programs[thread].count else {
      let last = programs[thread].last ?? -1
      let birth = events.indices.last {
        events[$0].operation == .fork && events[$0].isEffective && events[$0].child.index == thread
      }
      if last < 0 { return birth.map { !isDone($0, in: state) } ?? false }
      let isJoined = events[last...].contains {
        $0.operation == .join && $0.isEffective && $0.child.index == thread
          && $0.thread.index != thread
      }
      return events[last].operation == .exit || isJoined
    }
    let index = programs[thread][place]
    let fork = facts.forks[index]
    let isNewLife = place == 0 || programs[thread][place - 1] < fork
    return fork >= 0 && isNewLife && !isDone(fork, in: state)
  }

  /// What the thread waits at for as long as nobody does anything; nil where it goes on.
  private func wait(of thread: Int, in state: ReorderingState) -> Int? {
    let place = Int(state[thread])
    if place == programs[thread].count {
      guard let last = programs[thread].last, events[last].operation == .wait,
        events[last].isPending, events[last].attempt == .blocking
      else { return nil }
      return isHeldUp(last, in: state) ? last : nil
    }
    let index = programs[thread][place]
    guard isReached(index, in: state) else { return nil }
    let event = events[index]
    if event.operation == .wait, !event.isPending, facts.begins[index] >= 0,
      !isBroken[event.object.index], let lock = takenAgain(index), !isBroken[lock],
      isPossible(index, event, in: state), !canRetakeLock(index, event, in: state)
    {
      // However it ends, the lock is taken again before.
      return index
    }
    if event.isPending {
      let isLastWord = facts.isLast[index] && event.operation != .wait && event.attempt == .blocking
      return isLastWord && isHeldUp(index, in: state) ? index : nil
    }
    if facts.canWait[index] && isHeldUp(index, in: state) { return index }
    return facts.canWait[index] && isBehindWriter(index, in: state) ? index : nil
  }

  private func takenAgain(_ index: Int) -> Int? {
    facts.locks[index] >= 0 ? facts.locks[index] : nil
  }

  /// Whether the event, if it were to take effect now, would have to wait.
  private func isHeldUp(_ index: Int, in state: ReorderingState) -> Bool {
    var event = events[index]
    event.isPending = false
    if event.operation == .join {
      guard facts.forks.indices.contains(index) else { return false }
      let fork = events[..<index].lastIndex {
        $0.operation == .fork && $0.isEffective && $0.child == event.child
      }
      if let fork, !isDone(fork, in: state) { return false }
      let needed =
        events[index].isPending ? facts.childEvents[index] : facts.childEventsBefore[index]
      let child = event.child.index
      return Int(state[child]) < needed && !isOver(child, in: state)
        || events[index].isPending && Int(state[child]) == needed && !isOver(child, in: state)
    }
    guard event.object.isPresent, !isBroken[event.object.index], !isPastOnly[index] else {
      return false
    }
    switch event.operation {
    case .put, .get:
      // Not where it is closed, or another item than its own is there.
      let isClosed = state[places[event.object.index]] == 1
      if isClosed { return false }
      if event.operation == .get, itemCount(event.object.index, in: state) > 0 { return false }
      return !isPossible(index, event, in: state)
        || event.operation == .get && itemCount(event.object.index, in: state) == 0
    case .wait where kinds[event.object.index] == .barrier:
      // Who has not come yet would come first.
      let hasCome = events[index].isPending || facts.begins[index] >= 0
      return hasCome && !isPossible(index, event, in: state)
    case .acquire, .queueJoin, .wait: return !isPossible(index, event, in: state)
    default: return false
    }
  }

  private func isBehindWriter(_ index: Int, in state: ReorderingState) -> Bool {
    let event = events[index]
    guard event.operation == .acquire, event.mode == .shared,
      details[event.object.index].preference == .writer, !isBroken[event.object.index]
    else { return false }
    return programs.indices.contains { thread in
      guard thread != event.thread.index, Int(state[thread]) < programs[thread].count else {
        return false
      }
      let other = programs[thread][Int(state[thread])]
      return events[other].operation == .acquire && events[other].mode == .exclusive
        && events[other].object == event.object && wait(of: thread, in: state) != nil
    }
  }
}
