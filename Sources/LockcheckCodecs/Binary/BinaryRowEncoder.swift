import LockcheckTrace

/// Turns rows into bytes, and these into the contents of chunks.
struct BinaryRowEncoder {
  private var rows: [[UInt8]] = []

  /// The contents of as many chunks as the rows need; a row that is larger than `room` has one for
  /// itself.
  mutating func take(room: Int) -> [[UInt8]] {
    var payloads: [[UInt8]] = []
    for row in rows {
      if let last = payloads.last, last.count + row.count <= room {
        payloads[payloads.count - 1] += row
      } else {
        payloads.append(row)
      }
    }
    rows = []
    return payloads
  }

  private mutating func append(_ kind: BinaryFormat.Row, _ members: [UInt8]) {
    var row = [kind.rawValue]
    Self.number(UInt64(members.count), &row)
    rows.append(row + members)
  }

  mutating func append(_ header: TraceHeader) {
    var row: [UInt8] = []
    Self.number(UInt64(header.version), &row)
    row.append(
      (header.accessOrder == .exact ? 0 : BinaryFormat.AccessOrder.isApproximate)
        | (header.hasExactAtomics ? BinaryFormat.AccessOrder.hasExactAtomics : 0)
        | (header.omitsValues ? BinaryFormat.AccessOrder.omitsValues : 0))
    typealias Member = BinaryFormat.HeaderMember
    let dropped = header.droppedEvents == nil ? 0 : Member.droppedEvents
    if let process = header.process {
      row.append(
        dropped | Member.process | (process.pid == nil ? 0 : Member.pid)
          | (process.executable == nil ? 0 : Member.executable))
      if let pid = process.pid { Self.signed(pid, &row) }
      if let executable = process.executable { Self.text(executable, &row) }
      Self.number(UInt64(process.arguments.count), &row)
      for argument in process.arguments { Self.text(argument, &row) }
    } else {
      row.append(dropped)
    }
    if let count = header.droppedEvents { Self.number(count, &row) }
    append(.header, row)
  }

  mutating func appendEnd(events: UInt64) {
    var row: [UInt8] = []
    Self.number(events, &row)
    append(.end, row)
  }

  mutating func append(_ thread: ThreadRow, number: Int) {
    typealias Member = BinaryFormat.ThreadMember
    var row: [UInt8] = []
    Self.number(UInt64(number), &row)
    row.append(
      (thread.name == nil ? 0 : Member.name) | (thread.kind == nil ? 0 : Member.kind)
        | (thread.externalID == nil ? 0 : Member.externalID))
    if let name = thread.name { Self.text(name, &row) }
    if let kind = thread.kind { Self.text(kind, &row) }
    if let id = thread.externalID { Self.signed(id, &row) }
    append(.thread, row)
  }

  mutating func append(_ object: ObjectID, of objects: borrowing ObjectTable) {
    typealias Member = BinaryFormat.ObjectMember
    let details = objects[object]
    let name = objects.name(of: object)
    let stack = objects.stack(of: object)
    var row: [UInt8] = []
    Self.number(UInt64(object.rawValue), &row)
    row.append(objects.kind(of: object).rawValue)
    Self.number(stack.isPresent ? UInt64(stack.rawValue) + 1 : 0, &row)
    var members: UInt64 = 0
    var values: [UInt8] = []
    if let name {
      members |= Member.name
      Self.text(name, &values)
    }
    func add(_ value: UInt64?, _ member: UInt64) {
      guard let value else { return }
      members |= member
      Self.number(value, &values)
    }
    add(details.value, Member.value)
    add(details.bound, Member.bound)
    add(details.capacity, Member.capacity)
    add(details.parties, Member.parties)
    add(details.preference.map { UInt64($0.rawValue) }, Member.preference)
    add(details.lock.map { UInt64($0.rawValue) }, Member.lock)
    add(details.handover.map { $0 ? 1 : 0 }, Member.handover)
    add(details.externalID.map { Self.unsigned($0) }, Member.externalID)
    add(details.workers, Member.workers)
    add(details.pool.map { UInt64($0.rawValue) }, Member.pool)
    add(details.order.map { UInt64($0.rawValue) }, Member.order)
    add(details.level, Member.level)
    func add(_ text: String?, _ member: UInt64) {
      guard let text else { return }
      members |= member
      Self.text(text, &values)
    }
    add(details.declaredClass, Member.declaredClass)
    add(details.address, Member.address)
    add(details.module, Member.module)
    add(details.offset, Member.offset)
    add(details.buildID, Member.buildID)
    Self.number(members, &row)
    append(.object, row + values)
  }

  mutating func append(_ frame: Frame, number: Int) {
    typealias Member = BinaryFormat.FrameMember
    var members: UInt64 = 0
    var values: [UInt8] = []
    func add(_ text: String?, _ member: UInt64) {
      guard let text else { return }
      members |= member
      Self.text(text, &values)
    }
    func add(_ value: UInt64?, _ member: UInt64) {
      guard let value else { return }
      members |= member
      Self.number(value, &values)
    }
    add(frame.function, Member.function)
    add(frame.file, Member.file)
    add(frame.line.map { Self.unsigned(Int64($0)) }, Member.line)
    add(frame.module, Member.module)
    add(frame.address, Member.address)
    add(frame.offset, Member.offset)
    add(frame.buildID, Member.buildID)
    add(frame.externalID.map { Self.unsigned($0) }, Member.externalID)
    var row: [UInt8] = []
    Self.number(UInt64(number), &row)
    Self.number(members, &row)
    append(.frame, row + values)
  }

  mutating func append(_ stack: CallStack, number: Int) {
    var row: [UInt8] = []
    Self.number(UInt64(number), &row)
    Self.number(UInt64(stack.frames.count), &row)
    for frame in stack.frames { Self.number(UInt64(frame.rawValue), &row) }
    append(.stack, row)
  }

  static func text(_ text: String, _ bytes: inout [UInt8]) {
    number(UInt64(text.utf8.count), &bytes)
    bytes += text.utf8
  }

  static func signed(_ value: Int64, _ bytes: inout [UInt8]) { number(unsigned(value), &bytes) }

  static func unsigned(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }

  static func number(_ value: UInt64, _ bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Which rows have been written, and of those that may still change, what they said.
struct WrittenRows {
  private var threads = 0
  private var frames = 0
  private var stacks = 0
  private var objects: [Int] = []
  private var kinds: [ObjectKind] = []
  private var threadHashes: [Int] = []

  /// Collects the rows that were added, and those that events name and that say something else now.
  /// False where there are none.
  mutating func collect(
    _ events: ArraySlice<Event>, _ tables: borrowing TraceTables,
    into rows: inout BinaryRowEncoder
  ) throws(TraceCodingError) -> Bool {
    var any = collectNew(tables, into: &rows)
    for event in events where event.object.isPresent {
      guard event.object.index < objects.count else {
        throw TraceCodingError(.undeclared, at: .file, "an event on an object that no table has")
      }
      // Most often it is the kind that was settled by an event; the rest is looked at in the end.
      guard tables.objects.kind(of: event.object) != kinds[event.object.index] else { continue }
      if renew(event.object, tables, into: &rows) { any = true }
    }
    return any
  }

  /// Collects everything that was added or says something else now.
  mutating func collectAll(
    _ tables: borrowing TraceTables, into rows: inout BinaryRowEncoder
  ) {
    _ = collectNew(tables, into: &rows)
    for index in 0..<objects.count { _ = renew(ObjectID(index), tables, into: &rows) }
    for index in 0..<threads where threadHashes[index] != tables.threads[index].hashValue {
      rows.append(tables.threads[index], number: index)
    }
  }

  private mutating func collectNew(
    _ tables: borrowing TraceTables, into rows: inout BinaryRowEncoder
  ) -> Bool {
    let before = (threads, frames, stacks, objects.count)
    while threads < tables.threads.count {
      rows.append(tables.threads[threads], number: threads)
      threadHashes.append(tables.threads[threads].hashValue)
      threads += 1
    }
    while frames < tables.frames.count {
      rows.append(tables.frames[frames], number: frames)
      frames += 1
    }
    while stacks < tables.stacks.count {
      rows.append(tables.stacks[stacks], number: stacks)
      stacks += 1
    }
    while objects.count < tables.objects.count {
      let object = ObjectID(objects.count)
      rows.append(object, of: tables.objects)
      objects.append(Self.hash(object, tables))
      kinds.append(tables.objects.kind(of: object))
    }
    return before != (threads, frames, stacks, objects.count)
  }

  private mutating func renew(
    _ object: ObjectID, _ tables: borrowing TraceTables, into rows: inout BinaryRowEncoder
  ) -> Bool {
    let hash = Self.hash(object, tables)
    guard hash != objects[object.index] else { return false }
    objects[object.index] = hash
    kinds[object.index] = tables.objects.kind(of: object)
    rows.append(object, of: tables.objects)
    return true
  }

  private static func hash(_ object: ObjectID, _ tables: borrowing TraceTables) -> Int {
    var hasher = Hasher()
    hasher.combine(tables.objects.kind(of: object))
    hasher.combine(tables.objects.name(of: object))
    hasher.combine(tables.objects.stack(of: object))
    hasher.combine(tables.objects[object])
    return hasher.finalize()
  }
}
