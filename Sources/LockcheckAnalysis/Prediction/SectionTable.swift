import LockcheckTrace

/// A critical section: from where a thread takes a lock to where it gives it back.
struct Section: Sendable, BitwiseCopyable {
  /// What stands for the closing of a section that is still open at the end of the trace.
  static let open = UInt32.max

  var lock: ObjectID
  var thread: ThreadID
  var mode: LockMode
  /// The place of the event that takes the lock.
  var opening: UInt32
  /// The place of the event that gives it back.
  var closing = Section.open
}

/// The critical sections of a run, by lock, then by thread, then in order.
struct SectionTable: Sendable {
  /// The sections of one thread on one lock.
  struct Segment: Sendable, BitwiseCopyable {
    var thread: ThreadID
    var start: Int
    var end: Int
  }

  private let sections: ContiguousArray<Section>
  private var segments: ContiguousArray<Segment> = []
  /// By object: where its segments begin; one more at the end.
  private var segmentStarts: ContiguousArray<Int> = []
  /// By object: whether it is a lock that its holder gives back.
  private let areSections: ContiguousArray<Bool>

  /// What an event does to a section.
  struct Edge: Sendable {
    var lock: ObjectID
    var mode: LockMode
    var isOpening: Bool
  }

  /// Sorts what was found, in the order of the trace.
  ///
  /// - Parameter areSections: By object: whether its sections are to be kept.
  /// - Complexity: Linear in sections, threads and objects.
  init(
    _ found: ContiguousArray<Section>, areSections: ContiguousArray<Bool>, threadCount: Int
  ) {
    self.areSections = areSections
    let kept = found.filter { areSections[$0.lock.index] }
    let byThread = Self.sorted(ContiguousArray(kept), count: threadCount) { $0.thread.index }
    sections = Self.sorted(byThread, count: areSections.count) { $0.lock.index }
    segmentStarts.reserveCapacity(areSections.count + 1)
    for number in sections.indices {
      let section = sections[number]
      let isFirst = number == 0 || sections[number - 1].lock != section.lock
      while segmentStarts.count <= section.lock.index { segmentStarts.append(segments.count) }
      if isFirst || sections[number - 1].thread != section.thread {
        segments.append(Segment(thread: section.thread, start: number, end: number + 1))
      } else {
        segments[segments.count - 1].end = number + 1
      }
    }
    while segmentStarts.count <= areSections.count { segmentStarts.append(segments.count) }
  }

  /// A stable counting sort.
  private static func sorted(
    _ sections: ContiguousArray<Section>, count: Int, by key: (Section) -> Int
  ) -> ContiguousArray<Section> {
    var next = ContiguousArray(repeating: 0, count: count + 1)
    for section in sections { next[key(section) + 1] += 1 }
    for place in 0..<count { next[place + 1] += next[place] }
    var sorted = sections
    for section in sections {
      sorted[next[key(section)]] = section
      next[key(section)] += 1
    }
    return sorted
  }

  /// Whether the object is a lock whose sections are kept here.
  @inline(__always)
  func covers(_ lock: ObjectID) -> Bool { areSections[lock.index] }

  /// The numbers of the lock's segments, one for each thread that ever took it.
  @inline(__always)
  func segments(of lock: ObjectID) -> Range<Int> {
    segmentStarts[lock.index]..<segmentStarts[lock.index + 1]
  }

  @inline(__always)
  func segment(_ number: Int) -> Segment { segments[number] }

  /// The segment of a thread on a lock.
  func segment(of lock: ObjectID, by thread: ThreadID) -> Segment? {
    for number in segments(of: lock) where segments[number].thread == thread {
      return segments[number]
    }
    return nil
  }

  @inline(__always)
  subscript(number: Int) -> Section { sections[number] }

  /// The number of the last section in the segment that opens before the position `limit` of its
  /// thread; nil where there is none.
  ///
  /// - Complexity: Logarithmic in the thread's sections.
  @inline(__always)
  func last(
    of segment: Segment, before limit: UInt32, _ position: borrowing ContiguousArray<UInt32>
  ) -> Int? {
    var low = segment.start
    var high = segment.end
    while low < high {
      let middle = low + (high - low) / 2
      if position[Int(sections[middle].opening)] < limit { low = middle + 1 } else { high = middle }
    }
    return low > segment.start ? low - 1 : nil
  }
}
