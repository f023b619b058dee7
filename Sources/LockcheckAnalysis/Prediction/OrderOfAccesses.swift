import LockcheckFindings
import LockcheckTrace

/// What put one access before another in the run: the last lock on the way from one to the other.
///
/// News of the earlier access goes from thread to thread as happens-before has it: by the release of a
/// lock to its next acquire, and by whatever an event takes for granted. Where it comes to the thread of
/// the later access, the lock that carried it last is what need not have been taken in this order.
struct OrderOfAccesses {
  /// How the news came to a thread, or what it left behind.
  private enum News {
    case source
    case lock(Ordering)

    var ordering: Ordering? {
      if case .lock(let ordering) = self { return ordering }
      return nil
    }
  }

  /// How far apart the two may be to be looked at.
  private static let limit = 1_000_000

  /// - Complexity: Linear in the events between the two.
  static func ordering(of earlier: Int, before later: Int, in index: borrowing RunIndex)
    -> Ordering?
  {
    guard later - earlier <= limit else { return nil }
    var threads: [ThreadID: News] = [index.history[earlier].thread: .source]
    var releases: [ObjectID: (place: Int, thread: ThreadID)] = [:]
    var reached: [Int: News] = [earlier: .source]
    for place in earlier + 1..<later {
      let thread = index.history[place].thread
      let edge = index.sectionEdge(at: place)
      if threads[thread] == nil {
        if let edge, edge.isOpening, let release = releases[edge.lock] {
          threads[thread] = .lock(
            Ordering(
              by: edge.lock, releaser: release.thread, release: release.place, acquirer: thread,
              acquire: place))
        } else {
          index.causes.forEach(of: place) { cause in
            if let news = reached[cause] { threads[thread] = news }
          }
        }
      }
      guard let news = threads[thread] else { continue }
      reached[place] = news
      if let edge, !edge.isOpening { releases[edge.lock] = (place, thread) }
    }
    return threads[index.history[later].thread]?.ordering
  }
}
