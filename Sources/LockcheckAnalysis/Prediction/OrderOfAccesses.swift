import LockcheckFindings
import LockcheckTrace

/// What put one access before another in the run: the last lock on the way from one to the other.
///
/// News of the earlier access goes from thread to thread as happens-before has it: by the release of a
/// lock to its next acquire, and by whatever an event takes for granted. Where it comes to the thread of
/// the later access, the lock that carried it last is what need not have been taken in this order.
struct OrderOfAccesses {
  /// Since when a thread has had the news, and how it came.
  private struct News {
    var place: Int
    var ordering: Ordering?
  }

  /// How many events may still be looked at.
  private var budget: Int

  init(budget: Int) { self.budget = budget }

  /// What put the two in order; nil where no lock did, or nobody looked.
  ///
  /// - Complexity: Linear in the events between the two.
  mutating func ordering(
    of earlier: Int, before later: Int, in index: borrowing RunIndex
  ) -> Ordering? {
    guard later - earlier <= budget else { return nil }
    budget -= later - earlier
    var news = [News?](repeating: nil, count: index.threadCount)
    news[index.thread(of: earlier)] = News(place: earlier)
    var releases: [ObjectID: Int] = [:]
    for place in earlier + 1..<later {
      let thread = index.thread(of: place)
      let edge = index.sectionEdge(at: place)
      if news[thread] == nil {
        if let edge, edge.isOpening, let release = releases[edge.lock] {
          news[thread] = News(
            place: place,
            ordering: Ordering(
              by: edge.lock, releaser: index.history[release].thread, release: release,
              acquirer: index.history[place].thread, acquire: place))
        } else {
          index.causes.forEach(of: place) { cause in
            guard let told = news[index.thread(of: cause)], cause >= told.place else { return }
            news[thread] = News(place: place, ordering: told.ordering)
          }
        }
      }
      if news[thread] != nil, let edge, !edge.isOpening { releases[edge.lock] = place }
    }
    return news[index.thread(of: later)]?.ordering
  }
}
