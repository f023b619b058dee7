import LockcheckTrace

/// One row of a table, with identifiers as the file writes them.
enum BinaryRow {
  case process(executable: String, arguments: [String])
  case header(TraceHeader)
  case thread(number: UInt32, ThreadRow)
  case object(number: UInt32, BinaryObjectRow)
  case module(BinaryModule)
  case addresses(number: UInt32, [UInt64])
  case frame(number: UInt32, Frame)
  case stack(number: UInt32, [UInt32])
  case note(String)
  case variables(RecordedVariables.Run)
  case end(events: UInt64)
  /// Of a later version: passed over.
  case unknown
}

/// An object as its row describes it.
struct BinaryObjectRow {
  var kind: ObjectKind
  var name: String?
  var creation: UInt32?
  var details: ObjectDetails
}

/// A program or library that was loaded.
struct BinaryModule {
  var path: String
  /// What is added to the addresses of the file to get those of the process.
  var bias: UInt64
  var code: Range<UInt64>
  var buildID: String
  /// All that was loaded of it; no more than its code where that is not known.
  var extent: Range<UInt64>

  init(path: String, bias: UInt64, code: Range<UInt64>, buildID: String) {
    self.path = path
    self.bias = bias
    self.code = code
    self.buildID = buildID
    extent = code
  }
}

extension BinaryRow {
  /// Reads the row of a kind from its members.
  init(kind: UInt8, from reader: inout BinaryRowReader) throws(TraceCodingError) {
    switch BinaryFormat.Row(rawValue: kind) {
    case .process:
      let executable = try reader.text()
      self = .process(executable: executable, arguments: try Self.texts(from: &reader))
    case .header: self = .header(try Self.header(from: &reader))
    case .thread: self = try Self.thread(from: &reader)
    case .object: self = try Self.object(from: &reader)
    case .module:
      let path = try reader.text()
      let bias = try reader.number()
      let low = try reader.number()
      let high = try reader.number()
      guard low <= high else {
        throw reader.wrong(.invalidValue, "a module that ends before it begins")
      }
      var module = BinaryModule(
        path: path, bias: bias, code: low..<high, buildID: try reader.hexadecimal())
      // Added later, as is whatever else follows.
      if !reader.isAtEnd {
        let start = try reader.number()
        let end = try reader.number()
        guard start <= end else {
          throw reader.wrong(.invalidValue, "a module that ends before it begins")
        }
        module.extent = start..<end
      }
      self = .module(module)
    case .addresses:
      let number = try reader.identifier()
      _ = try reader.byte()
      var addresses: [UInt64] = []
      for _ in 0..<(try reader.count()) {
        let difference = try reader.signed()
        addresses.append((addresses.last ?? 0) &+ UInt64(bitPattern: difference))
      }
      self = .addresses(number: number, addresses)
    case .frame: self = try Self.frame(from: &reader)
    case .stack:
      let number = try reader.identifier()
      var frames: [UInt32] = []
      for _ in 0..<(try reader.count()) { frames.append(try reader.identifier()) }
      self = .stack(number: number, frames)
    case .note: self = .note(try reader.text())
    case .end: self = .end(events: try reader.number())
    case .variables: self = .variables(try RecordedVariables.Run(from: &reader))
    case nil: self = .unknown
    }
  }

  private static func texts(
    from reader: inout BinaryRowReader
  ) throws(TraceCodingError) -> [String] {
    var texts: [String] = []
    for _ in 0..<(try reader.count()) { texts.append(try reader.text()) }
    return texts
  }

  private static func header(
    from reader: inout BinaryRowReader
  ) throws(TraceCodingError) -> TraceHeader {
    let version = try reader.number()
    guard version == 1 else {
      throw reader.wrong(.unsupportedVersion, "version \(version) of the trace")
    }
    let order = try reader.byte()
    let isApproximate = order & BinaryFormat.AccessOrder.isApproximate != 0
    var header = TraceHeader(accessOrder: isApproximate ? .approximate : .exact)
    header.hasExactAtomics = order & BinaryFormat.AccessOrder.hasExactAtomics != 0
    header.omitsValues = order & BinaryFormat.AccessOrder.omitsValues != 0
    let members = try reader.byte()
    typealias Member = BinaryFormat.HeaderMember
    if members & Member.process != 0 {
      var process = TraceHeader.Process()
      if members & Member.pid != 0 { process.pid = try reader.signed() }
      if members & Member.executable != 0 { process.executable = try reader.text() }
      process.arguments = try texts(from: &reader)
      header.process = process
    }
    if members & Member.droppedEvents != 0 { header.droppedEvents = try reader.number() }
    return header
  }

  private static func thread(from reader: inout BinaryRowReader) throws(TraceCodingError) -> Self {
    let number = try reader.identifier()
    let members = try reader.byte()
    var row = ThreadRow()
    if members & BinaryFormat.ThreadMember.name != 0 { row.name = try reader.text() }
    if members & BinaryFormat.ThreadMember.kind != 0 { row.kind = try reader.text() }
    if members & BinaryFormat.ThreadMember.externalID != 0 { row.externalID = try reader.signed() }
    return .thread(number: number, row)
  }

  private static func object(from reader: inout BinaryRowReader) throws(TraceCodingError) -> Self {
    typealias Member = BinaryFormat.ObjectMember
    let number = try reader.identifier()
    let kindByte = try reader.byte()
    guard let kind = ObjectKind(rawValue: kindByte) else {
      throw reader.wrong(.invalidValue, "an object of the unknown kind \(kindByte)")
    }
    let creation = try reader.identifier()
    let members = try reader.number()
    var row = BinaryObjectRow(
      kind: kind, creation: creation == 0 ? nil : creation - 1, details: ObjectDetails())
    if members & Member.name != 0 { row.name = try reader.text() }
    if members & Member.value != 0 { row.details.value = try reader.number() }
    if members & Member.bound != 0 { row.details.bound = try reader.number() }
    if members & Member.capacity != 0 { row.details.capacity = try reader.number() }
    if members & Member.parties != 0 { row.details.parties = try reader.number() }
    if members & Member.preference != 0 {
      let preference = try reader.number()
      guard preference < 3 else { throw reader.wrong(.invalidValue, "an unknown preference") }
      row.details.preference = RWLockPreference(rawValue: UInt8(preference))
    }
    if members & Member.lock != 0 {
      row.details.lock = ObjectID(rawValue: try reader.identifier())
    }
    if members & Member.handover != 0 { row.details.handover = try reader.number() != 0 }
    if members & Member.externalID != 0 { row.details.externalID = try reader.signed() }
    try readLaterMembers(members, of: &row.details, from: &reader)
    return .object(number: number, row)
  }

  /// What was added after the first release: a reader that does not know it passes over the rest of
  /// the row.
  private static func readLaterMembers(
    _ members: UInt64, of details: inout ObjectDetails, from reader: inout BinaryRowReader
  ) throws(TraceCodingError) {
    typealias Member = BinaryFormat.ObjectMember
    if members & Member.workers != 0 { details.workers = try reader.number() }
    if members & Member.pool != 0 { details.pool = ObjectID(rawValue: try reader.identifier()) }
    if members & Member.order != 0 {
      let number = try reader.number()
      guard let order = QueueOrder(rawValue: UInt8(clamping: number)) else {
        throw reader.wrong(.invalidValue, "an unknown order of a queue")
      }
      details.order = order
    }
    if members & Member.level != 0 { details.level = try reader.number() }
    if members & Member.declaredClass != 0 { details.declaredClass = try reader.text() }
    if members & Member.address != 0 { details.address = try reader.number() }
    if members & Member.module != 0 { details.module = try reader.text() }
    if members & Member.offset != 0 { details.offset = try reader.number() }
    if members & Member.buildID != 0 { details.buildID = try reader.text() }
  }

  private static func frame(from reader: inout BinaryRowReader) throws(TraceCodingError) -> Self {
    typealias Member = BinaryFormat.FrameMember
    let number = try reader.identifier()
    let members = try reader.number()
    var frame = Frame()
    if members & Member.function != 0 { frame.function = try reader.text() }
    if members & Member.file != 0 { frame.file = try reader.text() }
    if members & Member.line != 0 { frame.line = Int(try reader.signed()) }
    if members & Member.module != 0 { frame.module = try reader.text() }
    if members & Member.address != 0 { frame.address = try reader.number() }
    if members & Member.offset != 0 { frame.offset = try reader.number() }
    if members & Member.buildID != 0 { frame.buildID = try reader.text() }
    if members & Member.externalID != 0 { frame.externalID = try reader.signed() }
    return .frame(number: number, frame)
  }
}
