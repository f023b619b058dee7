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
    /// Objects that no exploration has made.
    var others: Set<ObjectMark> = []
  }

  private struct Notes {
    var lastNumber: UInt32 = 0
    /// By exploration.
    var touched: [UInt32: Touched] = [:]
  }

  private static let notes = Mutex(Notes())

  /// So many objects are remembered for an exploration: a program may make others without end beside it.
  private static var limit: Int { 1 << 16 }

  /// Notes are taken for an exploration from now on, under this number.
  static func beginExploration() -> UInt32 {
    notes.withLock { notes in
      notes.lastNumber &+= 1
      notes.touched[notes.lastNumber] = Touched()
      return notes.lastNumber
    }
  }

  static func endExploration(_ number: UInt32) {
    notes.withLock { _ = $0.touched.removeValue(forKey: number) }
  }

  /// The calling thread, which is outside, is about to do something to an object.
  ///
  /// - Parameter exploration: The one whose thread has made the object; 0 where that is none.
  package static func touch(_ mark: ObjectMark, madeIn exploration: UInt32) {
    notes.withLock { notes in
      if exploration != 0 {
        notes.touched[exploration]?.anOwnObject = true
        return
      }
      for number in Array(notes.touched.keys)
      where notes.touched[number, default: Touched()].others.count < limit {
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
