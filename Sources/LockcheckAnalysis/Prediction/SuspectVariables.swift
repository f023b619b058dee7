import LockcheckTrace

/// The variables that several threads use, at least one of them to write, without a lock that all have in
/// common: where races are to be looked for, and where their accesses stand.
struct SuspectVariables {
  /// By suspect: where its accesses begin in `places`; one more at the end.
  private var starts: [Int] = [0]
  private var places: ContiguousArray<UInt32> = []

  private struct Use {
    var thread = ThreadID.absent
    var isShared = false
    var isWritten = false
    var hasPlainAccess = false
    var common = LocksetID.absent
    var count = 0
  }

  /// - Complexity: Linear in events and objects.
  init(_ index: borrowing RunIndex) {
    var uses = ContiguousArray(repeating: Use(), count: index.tables.objects.count)
    var locksets = Locksets()
    for place in 0..<index.history.count {
      let event = index.history[place]
      guard event.operation.isAccess, event.isEffective,
        index.disciplines[event.object.index] == .values
      else { continue }
      let isWrite = event.operation != .read && event.operation != .atomicRead
      let locks = locksets.lockset(
        for: index.history.held(at: place), isWrite: isWrite, in: index.held)
      let variable = event.object.index
      if uses[variable].thread != event.thread {
        uses[variable].isShared = uses[variable].thread.isPresent
        if !uses[variable].isShared { uses[variable].thread = event.thread }
      }
      uses[variable].isWritten = uses[variable].isWritten || isWrite
      if event.operation == .read || event.operation == .write {
        uses[variable].hasPlainAccess = true
      }
      let common = uses[variable].common
      uses[variable].common = common.isPresent ? locksets.intersection(common, locks) : locks
      uses[variable].count += 1
    }
    var numbers = [Int](repeating: -1, count: uses.count)
    for variable in uses.indices {
      let use = uses[variable]
      guard use.isShared, use.isWritten, use.hasPlainAccess, use.common == .none else { continue }
      numbers[variable] = starts.count - 1
      starts.append(starts[starts.count - 1] + use.count)
    }
    guard !isEmpty else { return }
    var next = starts
    places = ContiguousArray(repeating: 0, count: starts[starts.count - 1])
    for place in 0..<index.history.count {
      let event = index.history[place]
      guard event.operation.isAccess, event.isEffective, numbers[event.object.index] >= 0 else {
        continue
      }
      places[next[numbers[event.object.index]]] = UInt32(place)
      next[numbers[event.object.index]] += 1
    }
  }

  var isEmpty: Bool { starts.count == 1 }
  var indices: Range<Int> { 0..<starts.count - 1 }

  /// Where the accesses to a suspect stand, in order.
  subscript(number: Int) -> ArraySlice<UInt32> {
    ArraySlice(places[starts[number]..<starts[number + 1]])
  }
}
