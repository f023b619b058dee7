internal import CLockcheckShims
internal import Synchronization

/// What threads that no scheduler decides about do to the primitives while schedules run.
///
/// Nobody stops them or decides for them. They leave a note of what they touch, and count whom they
/// wake; a scheduler looks at both when nobody can go on.
package enum OutsideThreads {
  private struct Touched {
    /// An object that a thread of the exploration has made.
    var anOwnObject = false
    /// Objects that no exploration has made, and those of its own that another exploration has touched.
    var others: Set<ObjectMark> = []
  }

  private struct Notes {
    var lastNumber: UInt32 = 0
    /// By exploration.
    var touched: [UInt32: Touched] = [:]
  }

  private static let notes = Mutex(Notes())
  /// How many explorations there are now.
  private static let count = Atomic<Int>(0)

  /// Whether there are several explorations: the threads of each are outside for the others.
  package static var areExploredTogether: Bool { count.load(ordering: .relaxed) > 1 }

  /// So many objects are remembered for an exploration: a program may make others without end beside it.
  private static var limit: Int { 1 << 16 }

  /// Notes are taken for an exploration from now on, under this number.
  static func beginExploration() -> UInt32 {
    count.add(1, ordering: .relaxed)
    return notes.withLock { notes in
      notes.lastNumber &+= 1
      notes.touched[notes.lastNumber] = Touched()
      return notes.lastNumber
    }
  }

  static func endExploration(_ number: UInt32) {
    count.subtract(1, ordering: .relaxed)
    notes.withLock { _ = $0.touched.removeValue(forKey: number) }
  }

  /// The calling thread, which is outside, is about to do something to an object.
  ///
  /// - Parameters:
  ///   - exploration: The one whose thread has made the object; 0 where that is none.
  ///   - own: The one that the calling thread belongs to, where it is outside for the others only; 0 for none.
  package static func touch(
    _ mark: ObjectMark, madeIn exploration: UInt32, by own: UInt32 = 0
  ) {
    if exploration != 0, exploration == own { return }
    notes.withLock { notes in
      if exploration != 0 {
        // A global that one exploration has made first does not tie all of another's threads to it.
        if own == 0 {
          notes.touched[exploration]?.anOwnObject = true
        } else {
          notes.touched[exploration]?.others.insert(mark)
        }
        return
      }
      for number in Array(notes.touched.keys)
      where number != own && notes.touched[number, default: Touched()].others.count < limit {
        notes.touched[number]?.others.insert(mark)
      }
    }
  }

  /// The calling thread, which is outside, has changed a word that somebody may sleep on.
  package static func wake() { lc_outside_wake() }

  /// Whether such a thread has touched anything that the exploration has made, or one of these.
  static func haveTouched(_ marks: [ObjectMark], in exploration: UInt32) -> Bool {
    notes.withLock { notes in
      guard let touched = notes.touched[exploration] else { return false }
      return touched.anOwnObject || marks.contains { touched.others.contains($0) }
    }
  }
}
