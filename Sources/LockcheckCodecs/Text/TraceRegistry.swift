import LockcheckTrace

/// Which dense identifiers stand for the names and numbers of a text, and what is known so far about
/// the things they name.
struct TraceRegistry {
  /// What is known about an object beyond its row in the tables.
  struct ObjectState {
    var kind = ObjectKind.undetermined
    /// Whether there is a row of the table for it.
    var hasRow = false
    /// Whether a row said what it is, so that it is not what its operations make of it.
    var isFixed: Bool { hasRow && kind != .undetermined && operations == 0 }
    /// A bit for each operation done to it before a row said what it is.
    var operations: UInt32 = 0
  }

  /// A stack or frame that was referred to and has no row yet.
  struct Promise {
    var number: Int64
    /// Where in the text it was first referred to; set once counted out.
    var place: TraceCodingError.Place?
    var index: Int
  }

  var threadNames = NameTable()
  var threadNumbers = NumberTable()
  var threadHasRow: [Bool] = []
  var objectNames = NameTable()
  var objectNumbers = NumberTable()
  var objects: [ObjectState] = []
  var stackNumbers = NumberTable()
  var stackHasRow: [Bool] = []
  var frameNumbers = NumberTable()
  /// One-frame stacks by the text of `at` or of an STD location.
  var places = NameTable()
  var promisedStacks: [UInt32: Promise] = [:]
  var promisedFrames: [UInt32: Promise] = [:]
}

// MARK: - First use

extension TraceRegistry {
  mutating func addThread(_ row: ThreadRow, hasRow: Bool, to tables: inout TraceTables) -> ThreadID
  {
    let thread = ThreadID(tables.threads.count)
    tables.threads.append(row)
    threadHasRow.append(hasRow)
    if let number = row.externalID { threadNumbers.insert(number, value: thread.rawValue) }
    return thread
  }

  mutating func addObject(
    _ state: ObjectState, name: String? = nil, stack: StackID = .absent,
    details: ObjectDetails? = nil, to tables: inout TraceTables
  ) -> ObjectID {
    let object = tables.objects.append(
      kind: state.kind, name: name, stack: stack, details: details)
    objects.append(state)
    if let number = details?.externalID { objectNumbers.insert(number, value: object.rawValue) }
    return object
  }

  /// The object with a number, declared on first use.
  @inline(__always) mutating func object(
    _ number: Int64, tables: inout TraceTables
  ) -> ObjectID {
    if let known = objectNumbers[number] { return ObjectID(rawValue: known) }
    var details = ObjectDetails()
    details.externalID = number
    return addObject(ObjectState(), details: details, to: &tables)
  }

  /// The thread with a number, declared on first use.
  @inline(__always) mutating func thread(
    _ number: Int64, tables: inout TraceTables
  ) -> ThreadID {
    if let known = threadNumbers[number] { return ThreadID(rawValue: known) }
    return addThread(ThreadRow(externalID: number), hasRow: false, to: &tables)
  }

  /// The stack with a number; where no row has declared it, an empty one whose row is still owed.
  mutating func stack(_ number: Int64, index: Int, tables: inout TraceTables) -> StackID {
    if let known = stackNumbers[number] { return StackID(rawValue: known) }
    let stack = addStack(CallStack([]), number: number, hasRow: false, to: &tables)
    promisedStacks[stack.rawValue] = Promise(number: number, index: index)
    return stack
  }

  mutating func addStack(
    _ row: CallStack, number: Int64?, hasRow: Bool, to tables: inout TraceTables
  ) -> StackID {
    let stack = StackID(tables.stacks.count)
    tables.stacks.append(row)
    stackHasRow.append(hasRow)
    if let number { stackNumbers.insert(number, value: stack.rawValue) }
    return stack
  }

  /// The frame with a number; where no row has declared it, an empty one whose row is still owed.
  mutating func frame(_ number: Int64, index: Int, tables: inout TraceTables) -> FrameID {
    if let known = frameNumbers[number] { return FrameID(rawValue: known) }
    let frame = FrameID(tables.frames.count)
    tables.frames.append(Frame(externalID: number))
    frameNumbers.insert(number, value: frame.rawValue)
    promisedFrames[frame.rawValue] = Promise(number: number, index: index)
    return frame
  }

  /// A stack of one frame without a number.
  mutating func addPlace(_ frame: Frame, to tables: inout TraceTables) -> StackID {
    tables.frames.append(frame)
    return addStack(
      CallStack([FrameID(tables.frames.count - 1)]), number: nil, hasRow: true, to: &tables)
  }
}

// MARK: - What an object is

extension TraceRegistry {
  /// What keeps an operation from fitting its object.
  enum Mismatch: Error {
    /// It cannot be done to that kind.
    case operation(Operation, ObjectKind)
    /// The event calls it one thing, and it is another.
    case kind(said: ObjectKind, is: ObjectKind)
    /// Only an rwlock is held in a mode.
    case mode(ObjectKind)
  }

  /// Makes sure that an operation fits its object, and settles what the object is where that follows.
  ///
  /// - Parameter said: The kind that the event itself names.
  @inline(__always) mutating func settle(
    _ event: Event, said: ObjectKind, tables: inout TraceTables
  ) throws(Mismatch) {
    let state = objects[event.object.index]
    let isPlain = said == .undetermined && event.mode == .exclusive
    if isPlain, Self.allows(event.operation, state.kind) {
      if !state.isFixed { objects[event.object.index].operations |= 1 << event.operation.rawValue }
      return
    }
    try settleSlowly(event, said: said, tables: &tables)
  }

  @inline(never) private mutating func settleSlowly(
    _ event: Event, said: ObjectKind, tables: inout TraceTables
  ) throws(Mismatch) {
    let operation = event.operation
    var state = objects[event.object.index]
    var kind = state.kind
    if kind == .undetermined {
      let implied = ObjectKind.implied(by: operation, namesLock: event.lock.isPresent)
      kind = said != .undetermined ? said : implied ?? .undetermined
      if said == .undetermined, kind == .lock, event.mode == .shared { kind = .rwlock }
    } else if kind == .lock, !state.isFixed, said == .undetermined || said == .rwlock,
      event.mode == .shared
    {
      // Taken for a lock so far, since nothing was said: held in a mode, it is an rwlock.
      kind = .rwlock
    } else if said != .undetermined, said != kind {
      throw .kind(said: said, is: kind)
    }
    if kind != .undetermined {
      guard kind.allows(operation) else { throw .operation(operation, kind) }
      if let earlier = Self.mismatch(state.operations, kind) { throw .operation(earlier, kind) }
    }
    if event.mode == .shared, kind != .rwlock { throw .mode(kind) }
    if !state.isFixed { state.operations |= 1 << operation.rawValue }
    if kind != state.kind {
      state.kind = kind
      tables.objects.setKind(kind, of: event.object)
    }
    objects[event.object.index] = state
  }

  /// An operation among those done already that does not fit `kind`.
  static func mismatch(_ operations: UInt32, _ kind: ObjectKind) -> Operation? {
    guard operations != 0, kind != .undetermined else { return nil }
    return Operation.allCases.first { operations >> $0.rawValue & 1 == 1 && !kind.allows($0) }
  }

  /// `ObjectKind.allows(_:)`, as the look-up of a bit. Nothing fits a kind that is still open.
  @inline(__always) private static func allows(_ operation: Operation, _ kind: ObjectKind) -> Bool {
    let always: UInt32 = 1 << 22 | 1 << 23
    let allowed: UInt32 =
      switch kind {
      case .undetermined: 0
      case .lock, .rlock, .rwlock, .semaphore: 0b11 | always
      case .condition: 0b1100 | always
      case .event: 0b11_0100 | always
      case .barrier: 0b100 | always
      case .queue, .pool: 0b111_1100_0000 | always
      case .future: 0b01_0100 | always
      case .variable: 0b1111_1000_0000_0000 | always
      }
    return allowed >> UInt32(operation.rawValue) & 1 == 1
  }

  /// Takes what was only ever waited for, and never named otherwise, for an event.
  mutating func settleBareWaits(_ tables: inout TraceTables) {
    for index in objects.indices
    where objects[index].kind == .undetermined
      && objects[index].operations >> Operation.wait.rawValue & 1 == 1
    {
      objects[index].kind = .event
      tables.objects.setKind(.event, of: ObjectID(index))
    }
  }
}
