import LockcheckTrace

/// A point in one thread's run: the place of an event in the trace, counted from 1; 0 is before the
/// first.
///
/// Clocks count in places of the trace rather than in releases, as the papers do: an access is then
/// its own epoch, nothing has to be incremented, and two accesses between the same two releases are
/// still told apart.
typealias Moment = UInt32

/// For every thread the latest moment of it that is known to be past.
///
/// Copies share their storage until one of them learns something new, so that publishing a clock at
/// every release costs a reference.
struct VectorClock: Sendable {
  /// By thread; threads beyond the end have not been heard of.
  private(set) var moments: [Moment] = []

  subscript(thread: ThreadID) -> Moment {
    @inline(__always) get { thread.index < moments.count ? moments[thread.index] : 0 }
  }

  /// Learns that `thread` has got as far as `moment`.
  mutating func raise(_ thread: ThreadID, to moment: Moment) {
    guard moment > self[thread] else { return }
    grow(to: thread.index + 1)
    moments[thread.index] = moment
  }

  /// Learns all that `other` knows.
  ///
  /// - Complexity: Linear in threads. Allocates only if it shares its storage and learns something.
  mutating func join(_ other: VectorClock) {
    guard !isSame(as: other) else { return }
    if moments.isEmpty {
      self = other
      return
    }
    grow(to: other.moments.count)
    let isNews = zip(other.moments, moments).contains { $0 > $1 }
    guard isNews else { return }
    unsafe moments.withUnsafeMutableBufferPointer { ours in
      unsafe other.moments.withUnsafeBufferPointer { theirs in
        for place in theirs.indices {
          unsafe ours[place] = unsafe max(ours[place], theirs[place])
        }
      }
    }
  }

  /// Whether the two are one and the same storage: a quick way to see that they are equal.
  func isSame(as other: VectorClock) -> Bool {
    unsafe moments.withUnsafeBufferPointer { ours in
      unsafe other.moments.withUnsafeBufferPointer { theirs in
        unsafe ours.baseAddress == theirs.baseAddress && ours.count == theirs.count
      }
    }
  }

  private mutating func grow(to count: Int) {
    guard count > moments.count else { return }
    moments.append(contentsOf: repeatElement(0, count: count - moments.count))
  }
}

/// What one event gives to those that come after it, in whatever terms they keep it.
protocol Gift: Sendable {
  /// Nothing to learn.
  init()

  /// Adds what another giver gives.
  mutating func join(_ other: Self)
}

/// What a thread that takes something learns from whoever gave it.
struct SyncClock: Gift {
  /// What the giver knew of the other threads.
  private(set) var known = VectorClock()
  /// The giver, where there is one only.
  private(set) var giver = ThreadID.absent
  /// When the giver gave.
  private(set) var moment: Moment = 0

  /// Nothing to learn.
  init() {}

  /// What `giver` knows at `moment`.
  init(known: VectorClock, giver: ThreadID, moment: Moment) {
    self.known = known
    self.giver = giver
    self.moment = moment
  }

  /// Whether anybody gave anything.
  var isEmpty: Bool { !giver.isPresent && known.moments.isEmpty }

  /// Adds what another giver knows.
  mutating func join(_ other: SyncClock) {
    if isEmpty || (other.giver.isPresent && other.giver == giver) {
      self = other
      return
    }
    guard !other.isEmpty else { return }
    settle()
    known.join(other.known)
    if other.giver.isPresent { known.raise(other.giver, to: other.moment) }
  }

  /// Moves the giver into what is known, so that there can be several.
  private mutating func settle() {
    guard giver.isPresent else { return }
    known.raise(giver, to: moment)
    giver = .absent
  }
}
