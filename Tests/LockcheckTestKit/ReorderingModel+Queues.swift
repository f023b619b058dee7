import LockcheckTrace

/// A queue remembers whether it is closed, how many of its items are not dealt with, and the puts
/// whose items are in it, by their places in the trace counted from 1, the head first.
extension ReorderingModel {
  func isQueuePossible(_ index: Int, _ event: Event, in state: ReorderingState) -> Bool {
    let place = places[event.object.index]
    let isClosed = state[place] == 1
    let undone = state[place + 1]
    let isEmpty = itemCount(event.object.index, in: state) == 0
    switch (event.operation, event.result) {
    case (.put, .success): return !isClosed && !isFull(event.object.index, in: state)
    case (.put, .error): return isClosed
    case (.put, _): return isFull(event.object.index, in: state)
    case (.get, .success):
      return !isEmpty && Int(state[place + 2]) == facts.puts[index] + 1
    case (.get, .error): return isEmpty && isClosed
    case (.get, _): return isEmpty
    case (.taskDone, _): return undone > 0
    case (.queueJoin, .success): return undone == 0
    case (.queueJoin, _): return undone > 0
    default: return true
    }
  }

  func advanceQueue(_ index: Int, _ event: Event, _ state: inout ReorderingState) {
    guard event.isEffective else { return }
    let place = places[event.object.index]
    switch event.operation {
    case .put:
      state[place + 2 + itemCount(event.object.index, in: state)] = UInt8(index + 1)
      state[place + 1] += 1
    case .get:
      let count = itemCount(event.object.index, in: state)
      guard count > 0 else { return }
      for item in 1..<count + 1 {
        state[place + 1 + item] = item < count ? state[place + 2 + item] : 0
      }
    case .taskDone: if state[place + 1] > 0 { state[place + 1] -= 1 }
    case .close: state[place] = 1
    default: break
    }
  }

  private func isFull(_ queue: Int, in state: ReorderingState) -> Bool {
    let capacity = details[queue].capacity ?? 0
    return capacity > 0 && itemCount(queue, in: state) >= Int(capacity)
  }

  func itemCount(_ queue: Int, in state: ReorderingState) -> Int {
    var count = 0
    while count < facts.putCounts[queue], state[places[queue] + 2 + count] != 0 { count += 1 }
    return count
  }
}
