import LockcheckTrace

/// The items of a queue, by the events that put them in, and its tasks.
struct PlainQueue {
  private var items: [(put: Int, number: UInt64?)] = []
  private var firstItem = 0
  private var isClosed = false
  private var openTasks = 0

  private var count: Int { items.count - firstItem }

  /// The put whose item is the next to come out.
  var head: Int? { firstItem < items.count ? items[firstItem].put : nil }

  /// - Parameter capacity: How many items it holds; nil where there is no limit.
  mutating func put(_ event: Event, at index: Int, capacity: UInt64?) -> PermittedStep {
    let isFull = capacity.map { UInt64(count) >= $0 } ?? false
    switch event.result {
    case .success:
      items.append((index, event.item))
      openTasks += 1
      return isClosed ? .refused(.queueClosed) : isFull ? .refused(.queueFull) : .allowed
    case .error: return isClosed ? .allowed : .refused(.queueOpen)
    case .timeout, .failed:
      return isClosed ? .refused(.queueClosed) : isFull ? .allowed : .refused(.queueHasRoom)
    }
  }

  mutating func get(_ event: Event) -> PermittedStep {
    let isEmpty = count == 0
    switch event.result {
    case .success:
      guard !isEmpty else { return .refused(.queueEmpty) }
      let number = items[firstItem].number
      removeFirst()
      // Where only one of the two says a number, the order tells.
      let isOther = number != nil && event.item != nil && number != event.item
      return isOther ? .refused(.otherItem) : .allowed
    case .error:
      return !isEmpty ? .refused(.queueNotEmpty) : isClosed ? .allowed : .refused(.queueOpen)
    case .timeout, .failed:
      return !isEmpty ? .refused(.queueNotEmpty) : isClosed ? .refused(.queueClosed) : .allowed
    }
  }

  mutating func taskDone() -> PermittedStep {
    openTasks -= 1
    return openTasks >= 0 ? .allowed : .refused(.noTaskOpen)
  }

  func join(_ result: Event.Result) -> PermittedStep {
    switch result {
    case .success: openTasks == 0 ? .allowed : .refused(.tasksOpen)
    case .error: .withSamePast
    case .timeout, .failed: openTasks > 0 ? .allowed : .refused(.tasksDone)
    }
  }

  mutating func close() -> PermittedStep {
    isClosed = true
    return .allowed
  }

  private mutating func removeFirst() {
    firstItem += 1
    // What has been taken is thrown away once it is half of the array: linear over all.
    if firstItem > 32, firstItem * 2 > items.count {
      items.removeFirst(firstItem)
      firstItem = 0
    }
  }
}
