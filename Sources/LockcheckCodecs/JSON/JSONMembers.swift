import LockcheckTrace

// The members of the JSON form. A raw value is the name itself, as a number in the order of bytes of
// memory (little-endian): a member is told by comparing numbers. `JSONMemberTests` compares each
// with its case's name, and the schema with all of them.

/// The members of an event.
enum EventMember: UInt64, CaseIterable {
  case type = 0x65707974
  case thread = 0x646165726874
  case op = 0x706F
  case object = 0x7463656A626F
  case child = 0x646C696863
  case lock = 0x6B636F6C
  case holder = 0x7265646C6F68
  case stack = 0x6B63617473
  case at = 0x7461
  case t = 0x74
  case kind = 0x646E696B
  case mode = 0x65646F6D
  case attempt = 0x74706D65747461
  case result = 0x746C75736572
  case pending = 0x676E69646E6570
  case count = 0x746E756F63
  case item = 0x6D657469
  case size = 0x657A6973
  case call = 0x6C6C6163
  case error = 0x726F727265
}

/// The operations that most events are, by name.
enum FrequentOperation: UInt64, CaseIterable {
  case acquire = 0x65726975716361
  case release = 0x657361656C6572
  case read = 0x64616572
  case write = 0x6574697277
}

/// The members of a row of the threads' table.
enum ThreadMember: UInt64, CaseIterable {
  case type = 0x65707974
  case id = 0x6469
  case name = 0x656D616E
  case kind = 0x646E696B
}

/// The members of a row of the stacks' table.
enum StackMember: UInt64, CaseIterable {
  case type = 0x65707974
  case id = 0x6469
  case frames = 0x73656D617266
}

/// The members of a row of the frames' table.
enum FrameMember: UInt64, CaseIterable {
  case type = 0x65707974
  case id = 0x6469
  case function = 0x6E6F6974636E7566
  case file = 0x656C6966
  case line = 0x656E696C
  case module = 0x656C75646F6D
  case address = 0x73736572646461
  case offset = 0x74657366666F
  case buildID = 0x4449646C697562
}

/// The members of a row of the objects' table. Told by their place in a ``NameTable``, since not all
/// fit into eight bytes.
enum ObjectMember: UInt32, CaseIterable {
  case type, id, kind, name, stack, value, bound, capacity, parties, preference, lock, handover
  case workers, pool, order, `class`, level, address, module, offset, buildID
}

/// The members of the trace itself, and of the header of the line form.
enum TraceMember: UInt32, CaseIterable {
  case format, version, process, accessOrder, atomicOrder, values, droppedEvents, threads, objects,
    frames, stacks,
    events
}

/// The members of a process.
enum ProcessMember: UInt32, CaseIterable {
  case pid, executable, arguments
}

/// The words of the JSON form, and how they are found.
struct JSONWords {
  static let format = "lockcheck-trace"
  static let version: UInt64 = 1

  /// Each operation once; `join` means ``Operation/join`` until an `object` says otherwise.
  static let operations = Operation.allCases.filter { $0 != .queueJoin }
  static let kinds = ObjectKind.allCases.filter { $0 != .undetermined }
  static let modes: [LockMode] = [.exclusive, .shared]
  static let attempts: [Event.Attempt] = [.try, .timed]
  static let results: [Event.Result] = [.timeout, .failed, .error]
  static let calls = LibraryCall.allCases
  static let errors = LibraryError.allCases
  static let preferences: [RWLockPreference] = [.reader, .writer, .unknown]
  static let orders = QueueOrder.allCases
  static let accessOrders: [TraceHeader.AccessOrder] = [.exact, .approximate]
  static let values = ["traced", "untraced"]
  static let rows: [JSONRow] = [.thread, .object, .frame, .stack, .event]

  let operations = NameTable(Self.operations.map(\.name))
  let kinds = NameTable(Self.kinds.map(\.name))
  let modes = NameTable(Self.modes.map { "\($0)" })
  let attempts = NameTable(Self.attempts.map { "\($0)" })
  let results = NameTable(Self.results.map { "\($0)" })
  let calls = NameTable(Self.calls.map(\.name))
  let errors = NameTable(Self.errors.map(\.name))
  let preferences = NameTable(Self.preferences.map(\.name))
  let orders = NameTable(Self.orders.map { "\($0)" })
  let accessOrders = NameTable(Self.accessOrders.map(\.rawValue))
  let values = NameTable(Self.values)
  let rows = NameTable(Self.rows.map { "\($0)" })
  let objectMembers = NameTable(ObjectMember.allCases.map { "\($0)" })
  let traceMembers = NameTable(TraceMember.allCases.map { "\($0)" })
  let processMembers = NameTable(ProcessMember.allCases.map { "\($0)" })
}

/// What a row of the line form is.
enum JSONRow: UInt32 {
  case thread, object, frame, stack, event
}
