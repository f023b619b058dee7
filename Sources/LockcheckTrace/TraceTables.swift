/// What is known about the things that events name: one table each for threads, objects, frames and
/// stacks, indexed by their identifiers.
///
/// A reader fills them as it goes; what an event refers to is always there before the event.
public struct TraceTables: Sendable, Equatable {
  /// By ``ThreadID``.
  public var threads: TableRows<ThreadRow> = []
  /// By ``ObjectID``.
  public var objects = ObjectTable()
  /// By ``FrameID``.
  public var frames: TableRows<Frame> = []
  /// By ``StackID``.
  public var stacks: TableRows<CallStack> = []

  /// Makes empty tables.
  public init() {}

  /// The row of a thread.
  public subscript(thread: ThreadID) -> ThreadRow { threads[thread.index] }

  /// The row of a frame.
  public subscript(frame: FrameID) -> Frame { frames[frame.index] }

  /// The frames of a stack, innermost first; none where the stack is absent.
  public func frames(of stack: StackID) -> [Frame] {
    guard stack.isPresent else { return [] }
    return stacks[stack.index].frames.map { frames[$0.index] }
  }
}

/// What is known about a thread.
public struct ThreadRow: Sendable, Hashable {
  /// What the program calls it.
  public var name: String?
  /// What sort of thread it is, in the recorder's words: `thread`, `worker`, `task` ….
  public var kind: String?
  /// The number that the trace uses for it, where it uses numbers.
  public var externalID: Int64?

  /// Makes a row.
  public init(name: String? = nil, kind: String? = nil, externalID: Int64? = nil) {
    self.name = name
    self.kind = kind
    self.externalID = externalID
  }
}

/// What is known about a synchronization object or variable beyond its kind, name and birthplace.
///
/// Few objects have any of it.
public struct ObjectDetails: Sendable, Hashable {
  /// The number that the trace uses for it, where it uses numbers.
  public var externalID: Int64?
  /// The permits that a semaphore starts with.
  public var value: UInt64?
  /// The permits that a bounded semaphore may never exceed.
  public var bound: UInt64?
  /// How many items a queue holds; 0 where it has no limit.
  public var capacity: UInt64?
  /// How many threads a barrier waits for.
  public var parties: UInt64?
  /// Whom an rwlock lets in first.
  public var preference: RWLockPreference?
  /// The lock that a condition belongs to.
  public var lock: ObjectID?
  /// Whether any thread may release the lock, by intention.
  public var handover: Bool?
  /// How many threads of a pool run tasks at most.
  public var workers: UInt64?
  /// The pool that runs the task whose result a future holds.
  public var pool: ObjectID?
  /// Which item a queue hands out next; nil says first in, first out.
  public var order: QueueOrder?
  /// The class that the program has declared it to be of: what is learned of one object of a class
  /// may hold for all. JSON `class`.
  public var declaredClass: String?
  /// Its place in the order in which its class, or all locks, are to be taken.
  public var level: UInt64?
  /// Where it was in the memory of the process that ran. Intentionally not a pointer.
  public var address: UInt64?
  /// The program or library that the address is in, where it is in one: as of static data.
  public var module: String?
  /// The offset of the address in that module, as ``Frame/offset`` is.
  public var offset: UInt64?
  /// What tells the builds of that module apart, in hexadecimal.
  public var buildID: String?

  /// Makes details that say nothing.
  public init() {}

  /// Whether a queue with these details hands items out in the order in which they were put.
  public var isFirstInFirstOut: Bool { order == nil || order == .fifo }
}

/// The objects of a trace: kinds and birthplaces in flat arrays, since there may be millions.
public struct ObjectTable: Sendable, Equatable {
  /// The kind of each object.
  public private(set) var kinds: [ObjectKind] = []
  /// What the program calls each object.
  public private(set) var names: [String?] = []
  /// The stack that made each object.
  public private(set) var stacks: [StackID] = []
  /// What else is known.
  public private(set) var details: [ObjectID: ObjectDetails] = [:]
  /// How many objects there were as changes were last taken; 0 where nobody takes any.
  private var known = 0
  /// Of those, the ones about which something else has been settled since.
  private var resettled: [ObjectID] = []

  /// Makes an empty table.
  public init() {}

  /// How many objects there are.
  public var count: Int { kinds.count }

  /// Adds an object.
  public mutating func append(
    kind: ObjectKind, name: String? = nil, stack: StackID = .absent, details: ObjectDetails? = nil
  ) -> ObjectID {
    let id = ObjectID(kinds.count)
    kinds.append(kind)
    names.append(name)
    stacks.append(stack)
    if let details, details != ObjectDetails() { self.details[id] = details }
    return id
  }

  /// What sort of thing the object is.
  @inlinable public func kind(of object: ObjectID) -> ObjectKind { kinds[object.index] }

  /// Settles what sort of thing the object is.
  public mutating func setKind(_ kind: ObjectKind, of object: ObjectID) {
    kinds[object.index] = kind
    note(object)
  }

  /// Settles what the program calls the object.
  public mutating func setName(_ name: String?, of object: ObjectID) {
    names[object.index] = name
    note(object)
  }

  /// Settles which stack made the object.
  public mutating func setStack(_ stack: StackID, of object: ObjectID) {
    stacks[object.index] = stack
    note(object)
  }

  /// What the program calls the object.
  public func name(of object: ObjectID) -> String? { names[object.index] }

  /// The stack that made the object.
  public func stack(of object: ObjectID) -> StackID { stacks[object.index] }

  /// Everything else that is known about the object.
  public subscript(object: ObjectID) -> ObjectDetails {
    get { details[object] ?? ObjectDetails() }
    set {
      details[object] = newValue == ObjectDetails() ? nil : newValue
      note(object)
    }
  }

  private mutating func note(_ object: ObjectID) {
    if object.index < known { resettled.append(object) }
  }
}

extension ObjectTable {
  /// Whether the objects are equal; what is known of their changes does not count.
  public static func == (a: Self, b: Self) -> Bool {
    a.kinds == b.kinds && a.names == b.names && a.stacks == b.stacks && a.details == b.details
  }

  /// What makes of a table as it was a table as it is.
  struct Changes: Sendable {
    /// All that is said of one object.
    fileprivate struct Row: Sendable {
      var kind: ObjectKind
      var name: String?
      var stack: StackID
      var details: ObjectDetails
    }

    fileprivate var known: Int
    fileprivate var new: [Row]
    fileprivate var resettled: [(object: ObjectID, row: Row)]
  }

  private func row(_ object: ObjectID) -> Changes.Row {
    Changes.Row(
      kind: kind(of: object), name: name(of: object), stack: stack(of: object),
      details: details.isEmpty ? ObjectDetails() : self[object])
  }

  /// What has changed since the last time, or since ``forgetChanges()``.
  ///
  /// - Complexity: Linear in the changes.
  mutating func takeChanges() -> Changes {
    let changes = Changes(
      known: known, new: (known..<count).map { row(ObjectID($0)) },
      resettled: resettled.map { ($0, row($0)) })
    forgetChanges()
    return changes
  }

  /// Starts to take note of changes.
  mutating func forgetChanges() {
    known = count
    if !resettled.isEmpty { resettled = [] }
  }

  /// Makes the changes that another copy has seen.
  mutating func apply(_ changes: Changes) {
    precondition(changes.known == count)
    for row in changes.new {
      _ = append(kind: row.kind, name: row.name, stack: row.stack, details: row.details)
    }
    for (object, row) in changes.resettled {
      kinds[object.index] = row.kind
      names[object.index] = row.name
      stacks[object.index] = row.stack
      details[object] = row.details == ObjectDetails() ? nil : row.details
    }
  }
}

extension ObjectTable.Changes {
  func mapped(
    _ transform: (_ name: String?, _ details: ObjectDetails) -> (String?, ObjectDetails)
  ) -> Self {
    func mapped(_ row: Row) -> Row {
      var row = row
      (row.name, row.details) = transform(row.name, row.details)
      return row
    }
    return Self(
      known: known, new: new.map(mapped), resettled: resettled.map { ($0.object, mapped($0.row)) })
  }
}
