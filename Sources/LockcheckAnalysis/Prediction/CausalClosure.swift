/// The least set of events, a prefix of each thread, that holds what was asked for and everything that
/// it takes for granted: program order and causes.
struct CausalClosure: Sendable {
  /// By thread: how many of its events are in the set.
  private(set) var included: ContiguousArray<UInt32>
  /// By thread: of how many of them the causes are in the set.
  private var settled: ContiguousArray<UInt32>
  private var worklist: [UInt32] = []
  /// How many numbers have been looked at: some nanoseconds each.
  private(set) var work: Int

  /// The empty set.
  init(threadCount: Int) {
    included = ContiguousArray(repeating: 0, count: threadCount)
    settled = included
    work = threadCount
  }

  /// Asks for the thread's first `count` events.
  @inline(__always)
  mutating func raise(_ thread: Int, to count: Int) {
    guard UInt32(truncatingIfNeeded: count) > included[thread] else { return }
    if included[thread] == settled[thread] { worklist.append(UInt32(thread)) }
    included[thread] = UInt32(truncatingIfNeeded: count)
  }

  /// Asks for what comes before an event in its thread, and for its thread and object to be there.
  @inline(__always)
  mutating func raise(before place: Int, in index: borrowing RunIndex) {
    raise(index.thread(of: place), to: Int(index.position[place]))
    for need in index.needs(of: place) {
      raise(index.thread(of: need), to: Int(index.position[need]) + 1)
    }
  }

  /// Asks for everything that lies before a place of the trace.
  mutating func raiseAll(before place: Int, in index: borrowing RunIndex) {
    for thread in included.indices {
      raise(thread, to: Int(index.count(of: thread, before: place)))
    }
  }

  /// Adds what is taken for granted.
  ///
  /// - Complexity: Linear in the events added, less those that summaries stand for.
  mutating func close(in index: borrowing RunIndex) {
    close(in: index, summaries: index.summaries)
  }

  mutating func close(in index: borrowing RunIndex, summaries: borrowing CausalSummaries) {
    while let thread = worklist.popLast().map(Int.init) {
      let goal = Int(included[thread])
      let end = summaries.end(before: goal, of: thread)
      if end > Int(settled[thread]) { skip(to: end, of: thread, summaries) }
      var position = Int(settled[thread])
      work += 1 + max(0, goal - position)
      while position < goal {
        let place = index.place(of: thread, at: position)
        position += 1
        index.causes.forEach(of: place) { cause in
          raise(index.thread(of: cause), to: Int(index.position[cause]) + 1)
        }
      }
      // Causes lie back in the trace, so none of them has asked for more of this thread.
      settled[thread] = included[thread]
    }
  }

  private mutating func skip(
    to end: Int, of thread: Int, _ summaries: borrowing CausalSummaries
  ) {
    let row = summaries.row(of: thread, endingAt: end)
    work += included.count
    for other in included.indices {
      let count = row[row.startIndex + other]
      if count > settled[other] {
        // All that the row takes for granted is in it. A thread that was on the worklist and has
        // nothing left to settle stays there, and costs a look.
        settled[other] = count
        if count > included[other] { included[other] = count }
      }
    }
  }
}
