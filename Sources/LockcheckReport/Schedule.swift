import LockcheckFindings
import LockcheckTrace

/// A witness as a person follows it: threads that run for a while, one after the other.
struct Schedule {
  /// Events of one thread that stand next to each other.
  struct Stretch {
    var thread: ThreadID
    /// Where it stands in the witness.
    var range: Range<Int>
    /// The locks that it takes and that its thread holds when the finding comes about.
    var kept: [ObjectID] = []
    /// The step of the finding that its thread does next, where this is as far as the thread gets.
    var next: Step?
  }

  /// What is told: a stretch, or how many events are left out.
  enum Part {
    case stretch(Stretch)
    case omission(events: Int)
  }

  private(set) var parts: [Part] = []

  /// How many of the last stretches are told in any case.
  private static let tail = 5
  /// How many stretches are told at most.
  private static let limit = 16

  /// Chooses what is worth telling: the end, how far each thread of the finding gets, and where it
  /// takes what it holds then.
  ///
  /// - Complexity: Linear in the witness, a few nanoseconds an event.
  init(of story: Story) {
    let finding = story.finding
    let witness = finding.witness
    let starts = Self.starts(in: witness)
    func stretch(_ place: Int) -> Stretch {
      let end = place + 1 < starts.count ? starts[place + 1] : witness.count
      return Stretch(thread: witness[starts[place]].thread, range: starts[place]..<end)
    }
    var told: [Int: Stretch] = [:]
    for place in starts.indices.suffix(starts.count <= Self.tail + 3 ? starts.count : Self.tail) {
      told[place] = stretch(place)
    }
    var steps = Dictionary(
      (finding.waits.isEmpty ? finding.steps : finding.waits).map { ($0.thread, $0) },
      uniquingKeysWith: { one, _ in one })
    for place in starts.indices.reversed() where !steps.isEmpty {
      guard let step = steps.removeValue(forKey: witness[starts[place]].thread) else { continue }
      told[place, default: stretch(place)].next = step
    }
    for (position, lock) in Self.keptAcquires(of: story) {
      let place = starts.partition(after: position) - 1
      told[place, default: stretch(place)].kept.append(lock)
    }
    var position = 0
    for place in told.keys.sorted().suffix(Self.limit) {
      guard let stretch = told[place] else { continue }
      if stretch.range.lowerBound > position {
        parts.append(.omission(events: stretch.range.lowerBound - position))
      }
      parts.append(.stretch(stretch))
      position = stretch.range.upperBound
    }
  }

  /// Where the thread changes.
  private static func starts(in witness: [ScheduledEvent]) -> [Int] {
    var starts: [Int] = []
    var thread = ThreadID.absent
    for position in witness.indices where witness[position].thread != thread {
      thread = witness[position].thread
      starts.append(position)
    }
    return starts
  }

  /// Where each thread of the finding took what it holds at the end, in the order of the witness.
  private static func keptAcquires(of story: Story) -> [(position: Int, lock: ObjectID)] {
    let finding = story.finding
    var wanted: [ObjectID: [ThreadID]] = [:]
    for step in finding.waits {
      for held in step.holding { wanted[held.object, default: []].append(step.thread) }
    }
    for index in finding.steps.indices where finding.waits.isEmpty {
      for held in story.holdingsWorthTelling(at: index) {
        wanted[held.object, default: []].append(finding.steps[index].thread)
      }
    }
    var found: [(position: Int, lock: ObjectID)] = []
    if wanted.isEmpty { return found }
    for position in finding.witness.indices.reversed() {
      let scheduled = finding.witness[position]
      guard scheduled.operation == .acquire, !scheduled.isPending,
        let threads = wanted[scheduled.object],
        let place = threads.firstIndex(of: scheduled.thread)
      else { continue }
      found.append((position, scheduled.object))
      wanted[scheduled.object]?.remove(at: place)
      if threads.count == 1 { wanted[scheduled.object] = nil }
      if wanted.isEmpty { break }
    }
    return found.reversed()
  }
}

extension [Int] {
  /// How many elements of a sorted array are not greater than `limit`.
  fileprivate func partition(after limit: Int) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = self[middle] <= limit ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}
