import LockcheckTrace

/// The tables of a recording as the file has them, and how their numbers become identifiers: dense, in
/// the order in which events first mention them.
struct RecordedTables {
  private var threads = NumberMap()
  private var threadRows: [ThreadRow] = []
  private var objects = NumberMap()
  private var objectRows: [BinaryObjectRow] = []
  /// How many modules were known when each of these was written down.
  private var objectModules: [Int] = []
  private var stacks = NumberMap()
  private var stackRows: [RecordedStack] = []
  private var frames: [CodeAddress: FrameID] = [:]
  /// The same by how many modules were known, to be found without a look at them.
  private var knownFrames: [CodeAddress: FrameID] = [:]
  private var modules: [BinaryModule] = []
  private var variables = RecordedVariables()

  /// Return addresses, and how many modules were known when they were written down: one that came later
  /// may be where one of these had been.
  private struct RecordedStack {
    var addresses: [UInt64]
    var modules: Int
  }

  private struct CodeAddress: Hashable {
    var address: UInt64
    /// The place of its module among `modules`; -1 where it is in none. Or how many were known.
    var module: Int
  }

  /// Whether accesses stand where they took effect.
  private(set) var accessOrder = TraceHeader.AccessOrder.exact
  /// Whether atomic ones do, whatever the others do.
  private(set) var hasExactAtomics = false
  /// Whether threads decide by values that are not there.
  private(set) var omitsValues = false
  /// What ran.
  private(set) var process: TraceHeader.Process?

  /// Takes in one row.
  mutating func add(_ row: BinaryRow, pid: UInt64) {
    switch row {
    case .process(let executable, let arguments):
      process = TraceHeader.Process(
        pid: Int64(bitPattern: pid), executable: executable, arguments: arguments)
    case .thread(let number, let row):
      threads[number] = NumberMap.isRow | UInt32(threadRows.count)
      threadRows.append(row)
    case .object(let number, let row):
      objects[number] = NumberMap.isRow | UInt32(objectRows.count)
      objectRows.append(row)
      objectModules.append(modules.count)
    case .addresses(let number, let addresses):
      stacks[number] = NumberMap.isRow | UInt32(stackRows.count)
      stackRows.append(RecordedStack(addresses: addresses, modules: modules.count))
    case .module(let module): modules.append(module)
    case .variables(let run): variables.add(run)
    case .header(let header):
      accessOrder = header.accessOrder
      hasExactAtomics = header.hasExactAtomics
      omitsValues = header.omitsValues
    case .frame, .stack, .note, .end, .unknown: break
    }
  }

  /// The identifier of a thread; nil where the file does not declare it.
  @inline(__always)
  mutating func thread(_ number: UInt32, _ tables: inout TraceTables) -> ThreadID? {
    let known = threads[number]
    if known < NumberMap.isRow { return ThreadID(rawValue: known) }
    return newThread(number, known, &tables)
  }

  /// The identifier of an object; nil where the file does not declare it.
  @inline(__always)
  mutating func object(_ number: UInt32, _ tables: inout TraceTables) -> ObjectID? {
    let known = objects[number]
    if known < NumberMap.isRow { return ObjectID(rawValue: known) }
    return newObject(number, known, &tables, takesOthers: true)
  }

  /// The kind of an object that the file declares, whether or not an event has named it yet.
  func kind(ofObject number: UInt32) -> ObjectKind? {
    let known = objects[number]
    guard known != NumberMap.undeclared, known >= NumberMap.isRow else { return nil }
    return objectRows[Int(known & ~NumberMap.isRow)].kind
  }

  /// The identifier of a stack; nil where the file does not declare it.
  @inline(__always)
  mutating func stack(_ number: UInt32, _ tables: inout TraceTables) -> StackID? {
    let known = stacks[number]
    if known < NumberMap.isRow { return StackID(rawValue: known) }
    return newStack(number, known, &tables)
  }

  @inline(never)
  private mutating func newThread(
    _ number: UInt32, _ known: UInt32, _ tables: inout TraceTables
  ) -> ThreadID? {
    guard known != NumberMap.undeclared else { return nil }
    let id = ThreadID(tables.threads.count)
    tables.threads.append(threadRows[Int(known & ~NumberMap.isRow)])
    threads[number] = id.rawValue
    return id
  }

  @inline(never)
  private mutating func newObject(
    _ number: UInt32, _ known: UInt32, _ tables: inout TraceTables, takesOthers: Bool
  ) -> ObjectID? {
    let row: BinaryObjectRow
    if known != NumberMap.undeclared {
      row = objectRows[Int(known & ~NumberMap.isRow)]
    } else if let variable = variables.row(of: number) {
      row = variable
    } else {
      return nil
    }
    let creation = row.creation.flatMap { stack($0, &tables) } ?? .absent
    let id = tables.objects.append(kind: row.kind, name: row.name, stack: creation)
    objects[number] = id.rawValue
    var details = row.details
    details.lock = takesOthers ? details.lock.flatMap { other($0.rawValue, &tables) } : nil
    details.pool = takesOthers ? details.pool.flatMap { other($0.rawValue, &tables) } : nil
    // The puts and gets of its task name a future by this number.
    if row.kind == .future { details.externalID = Int64(number) }
    if let address = details.address, details.module == nil {
      let isRow = known != NumberMap.undeclared
      place(
        address, &details,
        among: isRow ? objectModules[Int(known & ~NumberMap.isRow)] : modules.count)
      // There may be millions, and only those of a module have names.
      if !isRow, details.module == nil { details.address = nil }
    }
    if details != ObjectDetails() { tables.objects[id] = details }
    return id
  }

  /// Says which module an address is in.
  private func place(_ address: UInt64, _ details: inout ObjectDetails, among known: Int) {
    let module =
      modules[..<known].last { $0.extent.contains(address) }
      ?? modules.first { $0.extent.contains(address) }
    guard let module else { return }
    details.module = module.path
    details.offset = address &- module.bias
    if !module.buildID.isEmpty { details.buildID = module.buildID }
  }

  /// The lock of a condition, or the pool of a future. It has none of its own, so that a damaged file
  /// in which each names the next does not lead deeper and deeper.
  private mutating func other(_ number: UInt32, _ tables: inout TraceTables) -> ObjectID? {
    let known = objects[number]
    if known < NumberMap.isRow { return ObjectID(rawValue: known) }
    return newObject(number, known, &tables, takesOthers: false)
  }

  @inline(never)
  private mutating func newStack(
    _ number: UInt32, _ known: UInt32, _ tables: inout TraceTables
  ) -> StackID? {
    guard known != NumberMap.undeclared else { return nil }
    let row = stackRows[Int(known & ~NumberMap.isRow)]
    let id = StackID(tables.stacks.count)
    tables.stacks.append(
      CallStack(row.addresses.map { frame($0, among: row.modules, &tables) }))
    stacks[number] = id.rawValue
    return id
  }

  /// The frame of a return address. What is kept is the address before it: the call, whose line is
  /// wanted, may be the last instruction of its line, or of its function.
  private mutating func frame(
    _ returnAddress: UInt64, among known: Int, _ tables: inout TraceTables
  ) -> FrameID {
    let address = returnAddress &- 1
    let quickKey = CodeAddress(address: address, module: known)
    if let frame = knownFrames[quickKey] { return frame }
    // The latest, since another module may have been loaded where one was unloaded. Modules that the file
    // tells of late are better than none.
    let place =
      modules[..<known].lastIndex { $0.code.contains(address) }
      ?? modules.firstIndex { $0.code.contains(address) } ?? -1
    let key = CodeAddress(address: address, module: place)
    if let frame = frames[key] {
      knownFrames[quickKey] = frame
      return frame
    }
    let id = FrameID(tables.frames.count)
    var frame = Frame(address: address)
    if place >= 0 {
      let module = modules[place]
      frame.module = module.path
      frame.offset = address &- module.bias
      if !module.buildID.isEmpty { frame.buildID = module.buildID }
    }
    tables.frames.append(frame)
    frames[key] = id
    knownFrames[quickKey] = id
    return id
  }
}
