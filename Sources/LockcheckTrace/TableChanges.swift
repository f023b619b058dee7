/// What makes of the tables of a trace, as they were at one moment of reading, those of a later one.
///
/// For two threads that look at different moments of one trace: each has tables of its own, and the
/// one behind is sent what the one ahead has added.
public struct TableChanges: Sendable {
  fileprivate var threads: TableRows<ThreadRow>.Changes
  fileprivate var objects: ObjectTable.Changes
  fileprivate var frames: TableRows<Frame>.Changes
  fileprivate var stacks: TableRows<CallStack>.Changes
}

extension TraceTables {
  /// What has changed since the last time, or since ``forgetChanges()``.
  ///
  /// - Complexity: Linear in the changes.
  public mutating func takeChanges() -> TableChanges {
    TableChanges(
      threads: threads.takeChanges(), objects: objects.takeChanges(),
      frames: frames.takeChanges(), stacks: stacks.takeChanges())
  }

  /// Starts to take note of changes: before, nothing is noted, and all counts as new.
  public mutating func forgetChanges() {
    threads.forgetChanges()
    objects.forgetChanges()
    frames.forgetChanges()
    stacks.forgetChanges()
  }

  /// Makes the changes that the tables of the thread ahead have seen.
  ///
  /// - Complexity: Linear in the changes.
  public mutating func apply(_ changes: TableChanges) {
    threads.apply(changes.threads)
    objects.apply(changes.objects)
    frames.apply(changes.frames)
    stacks.apply(changes.stacks)
  }
}

extension TableChanges {
  /// The same changes with every row put in other words, for tables that say the same in those.
  ///
  /// - Complexity: Linear in the changes.
  public func mapped(
    thread: (ThreadRow) -> ThreadRow, frame: (Frame) -> Frame,
    object: (_ name: String?, _ details: ObjectDetails) -> (String?, ObjectDetails)
  ) -> TableChanges {
    var changes = self
    changes.threads = threads.mapped(thread)
    changes.frames = frames.mapped(frame)
    changes.objects = objects.mapped(object)
    return changes
  }
}
