import CLockcheckShims
import Glibc
import LockcheckCodecs

/// The file behind one recording: its header, its chunks, and the one chunk that tables go into.
///
/// Everything is written through shared mappings of space that the disk has already given, so what was
/// appended is in the file whatever happens to the process. All methods run under the recorder's lock.
@safe final class TraceFile {
  /// Where it is.
  let path: String
  /// How many chunks there are.
  private(set) var chunkCount: UInt32 = 0
  /// The bytes that are used.
  private(set) var length: UInt64
  /// The bytes that the disk has given: those behind `length` are zeros, and cut off in the end.
  private var reserved: UInt64
  /// The mapped header.
  let header: UnsafeMutablePointer<UInt8>
  /// The bytes of a unit: a page, so that each chunk can be mapped.
  let unit: Int

  /// The file, for the child of a fork to let go of.
  let handle: OpaquePointer
  private let largestUnits: Int
  private let sizeLimit: UInt64
  /// The chunks whose space can be used again; nil where the oldest events are kept.
  private var sealed: SealedChunks?
  private let scratch: UnsafeMutablePointer<UInt8>
  private var rowChunk: UnsafeMutablePointer<UInt8>?
  private var rowUnits = 0
  private var rowEnd = 0
  private var rowSequence: UInt32 = 0
  /// How many bytes the chunks of tables take.
  private var rowBytes: UInt64 = 0
  /// Whether a row found no room: then the recording ends here, and nothing more is dropped for it.
  private var isOver = false
  /// Whether the file says that accesses are ordered by clocks.
  var saysApproximateOrder = false
  /// The code of the modules that are in the file already.
  private var modules: UnsafeMutablePointer<ModuleRange>
  private var moduleCount = 0
  /// How many modules had been unloaded when all that are loaded were last noted.
  var knownUnloads: UInt32 = 0

  static let moduleCapacity = 65536

  struct ModuleRange {
    var low: UInt64
    var high: UInt64
    /// Tells it from another module that was loaded in the same place.
    var mark: UInt64
  }

  /// Makes the file and its header.
  init(
    path: String, configuration: RecorderConfiguration
  ) throws(RecorderError) {
    var problem: Int32 = 0
    guard let handle = unsafe lc_file_make(path, &problem) else {
      let what =
        problem == EWOULDBLOCK ? "another recording writes to the file" : "cannot make the file"
      throw .system(what, file: path, errno: problem)
    }
    let unit = lc_page_size()
    let error = unsafe lc_file_extend(handle, 0, UInt64(unit))
    guard error == 0, let header = unsafe lc_file_map(handle, 0, unit),
      let scratch = unsafe lc_map_memory(RowWriter.capacity),
      let modules = unsafe lc_map_memory(
        Self.moduleCapacity * MemoryLayout<ModuleRange>.stride)
    else {
      _ = unsafe lc_file_close(handle, 0)
      throw .system("no room for the file", file: path, errno: error == 0 ? ENOMEM : error)
    }
    self.path = path
    unsafe self.handle = handle
    self.unit = unit
    sizeLimit = configuration.sizeLimit ?? .max
    let largest = max(1, configuration.bufferSize / unit)
    if configuration.keeps == .newest {
      // All of one size, so that the space of one is right for any other.
      largestUnits = min(max(1, Int(clamping: sizeLimit / Self.fraction) / unit), largest)
      let most = sizeLimit / UInt64(largestUnits * unit) + 1
      guard let sealed = SealedChunks(capacity: Int(clamping: most)) else {
        _ = unsafe lc_file_close(handle, 0)
        throw .system("no memory for the recording", file: path, errno: ENOMEM)
      }
      self.sealed = sealed
    } else {
      largestUnits = largest
    }
    length = UInt64(unit)
    reserved = length
    unsafe self.header = header.assumingMemoryBound(to: UInt8.self)
    unsafe self.scratch = scratch.assumingMemoryBound(to: UInt8.self)
    unsafe self.modules = modules.bindMemory(to: ModuleRange.self, capacity: Self.moduleCapacity)
    writeHeader()
  }

  private func writeHeader() {
    let at = unsafe UnsafeMutableRawPointer(header)
    typealias Header = BinaryFormat.Header
    unsafe at.storeBytes(of: UInt32(unit), toByteOffset: Header.unit, as: UInt32.self)
    unsafe at.storeBytes(
      of: BinaryFormat.Arrangement.byThread.rawValue, toByteOffset: Header.arrangement,
      as: UInt32.self)
    unsafe at.storeBytes(of: UInt64(getpid()), toByteOffset: Header.pid, as: UInt64.self)
    unsafe at.storeBytes(of: UInt64.max, toByteOffset: Header.firstLoss, as: UInt64.self)
    if keepsNewest {
      unsafe at.storeBytes(of: Header.keepsNewest, toByteOffset: Header.flags, as: UInt32.self)
    }
    let stamp = lc_ticks()
    let now = lc_nanoseconds()
    unsafe at.storeBytes(of: stamp, toByteOffset: Header.startStamp, as: UInt64.self)
    unsafe at.storeBytes(of: now, toByteOffset: Header.startNanoseconds, as: UInt64.self)
    for (index, byte) in BinaryFormat.magic.enumerated() { unsafe header[index] = byte }
    noteTime()
  }

  /// Puts the time of now beside the stamp of now, for whoever turns stamps into times.
  func noteTime() {
    let at = unsafe UnsafeMutableRawPointer(header)
    let stamp = lc_ticks()
    let now = lc_nanoseconds()
    unsafe at.storeBytes(of: stamp, toByteOffset: BinaryFormat.Header.latestStamp, as: UInt64.self)
    unsafe at.storeBytes(
      of: now, toByteOffset: BinaryFormat.Header.latestNanoseconds, as: UInt64.self)
  }

  /// Waits until the clock and the counter have moved far enough apart from the start to tell the
  /// counter's rate, should the process end without another word.
  func calibrate() {
    let start = unsafe UnsafeMutableRawPointer(header).load(
      fromByteOffset: BinaryFormat.Header.startNanoseconds, as: UInt64.self)
    while lc_nanoseconds() &- start < 200_000 {}
    noteTime()
  }

  /// A mapped chunk with its header in it, and where it stands; nil where there is no room.
  func makeChunk(
    _ kind: BinaryFormat.ChunkKind, thread: UInt32, sequence: UInt32, base: UInt64, units: Int
  ) -> (memory: UnsafeMutablePointer<UInt8>, offset: UInt64)? {
    guard let (memory, offset) = unsafe appendSpace(units) ?? spaceOfOldest(units) else {
      return nil
    }
    typealias Chunk = BinaryFormat.Chunk
    if keepsNewest {
      let keptFrom = headerValue(BinaryFormat.Header.keptFrom)
      unsafe memory.storeBytes(of: keptFrom, toByteOffset: Chunk.keptFrom, as: UInt64.self)
    }
    unsafe memory.storeBytes(of: kind.rawValue, toByteOffset: Chunk.kind, as: UInt8.self)
    unsafe memory.storeBytes(of: thread, toByteOffset: Chunk.thread, as: UInt32.self)
    unsafe memory.storeBytes(of: sequence, toByteOffset: Chunk.sequence, as: UInt32.self)
    unsafe memory.storeBytes(of: base, toByteOffset: Chunk.base, as: UInt64.self)
    unsafe memory.storeBytes(of: UInt32(units), toByteOffset: Chunk.units, as: UInt32.self)
    let check = BinaryFormat.headerCheck(
      kind: kind.rawValue, thread: thread, sequence: sequence, base: base, units: UInt32(units),
      offset: offset)
    unsafe memory.storeBytes(of: check, toByteOffset: Chunk.headerCheck, as: UInt64.self)
    // Last, and after the rest: a header with it is a whole one.
    let chunk = unsafe memory.assumingMemoryBound(to: UInt8.self)
    unsafe lc_publish(chunk, Chunk.magic)
    noteTime()
    return unsafe (chunk, offset)
  }

  /// New space at the end of the file, of zeros.
  private func appendSpace(_ units: Int) -> (UnsafeMutableRawPointer, UInt64)? {
    let bytes = units * unit
    let offset = length
    guard reserve(offset + UInt64(bytes)), let memory = unsafe lc_file_map(handle, offset, bytes)
    else { return nil }
    length += UInt64(bytes)
    chunkCount += 1
    return unsafe (memory, offset)
  }

  /// Makes the file reach to `end`, and where it can further: by as much again as it has, up to a
  /// mebibyte, so that the disk is not asked for each chunk.
  private func reserve(_ end: UInt64) -> Bool {
    if end <= reserved { return true }
    guard end <= sizeLimit else { return false }
    let generous = min(end + min(length, 1 << 20), sizeLimit) & ~UInt64(unit - 1)
    for wanted in [generous, end] where wanted >= end {
      if unsafe lc_file_extend(handle, reserved, wanted - reserved) == 0 {
        reserved = wanted
        return true
      }
    }
    return false
  }

  /// How many units the next chunk of a thread gets: short threads take one page, busy ones the whole
  /// buffer.
  func nextUnits(after units: Int) -> Int { min(max(1, units * 2), largestUnits) }

  /// Closes a chunk: counts, checksum, and the mark that says that they stand.
  static func seal(_ chunk: UnsafeMutablePointer<UInt8>, events: UInt32) {
    typealias Chunk = BinaryFormat.Chunk
    let at = UnsafeMutableRawPointer(chunk)
    let committed = unsafe at.load(fromByteOffset: Chunk.committed, as: UInt32.self)
    let check = unsafe at.load(fromByteOffset: Chunk.headerCheck, as: UInt64.self)
    let payload = unsafe UnsafeRawBufferPointer(start: at + Chunk.size, count: Int(committed))
    let sum = unsafe BinaryFormat.checksum(headerCheck: check, events: events, payload: payload)
    unsafe at.storeBytes(of: events, toByteOffset: Chunk.events, as: UInt32.self)
    unsafe at.storeBytes(of: sum, toByteOffset: Chunk.checksum, as: UInt64.self)
    unsafe lc_seal(chunk)
  }

  /// Appends one row. False where there is no room.
  func appendRow(_ kind: BinaryFormat.Row, _ fill: (inout RowWriter) -> Void) -> Bool {
    var row = unsafe RowWriter(scratch: scratch)
    fill(&row)
    let count = row.count
    guard count < RowWriter.capacity else { return false }
    let needed = count + 8
    if unsafe rowChunk == nil || rowEnd + needed > rowUnits * unit {
      guard openRowChunk(for: needed) else { return false }
    }
    guard let chunk = unsafe rowChunk else { return false }
    var prefix = unsafe RowWriter(scratch: chunk + rowEnd)
    prefix.byte(kind.rawValue)
    prefix.number(UInt64(count))
    let start = rowEnd + prefix.count
    unsafe (chunk + start).update(from: row.start, count: count)
    rowEnd = start + count
    unsafe lc_commit(chunk, UInt32(rowEnd - BinaryFormat.Chunk.size))
    return true
  }

  private func openRowChunk(for needed: Int) -> Bool {
    closeRowChunk()
    let least = (needed + BinaryFormat.Chunk.size + unit - 1) / unit
    let first = keepsNewest ? largestUnits : min(4, largestUnits)
    let units = max(least, rowSequence == 0 ? first : largestUnits)
    guard mayGrowRows(by: UInt64(units * unit)),
      let (chunk, _) = unsafe makeChunk(
        .rows, thread: 0, sequence: rowSequence, base: 0, units: units)
    else {
      isOver = true
      return false
    }
    rowBytes += UInt64(units * unit)
    unsafe rowChunk = chunk
    rowUnits = units
    rowEnd = BinaryFormat.Chunk.size
    rowSequence += 1
    return true
  }

  private func closeRowChunk() {
    guard let chunk = unsafe rowChunk else { return }
    unsafe Self.seal(chunk, events: 0)
    unsafe lc_unmap(chunk, rowUnits * unit)
    unsafe rowChunk = nil
  }

  /// Whether the code at `address` belongs to a module that the file knows.
  func knowsModule(of address: UInt64) -> Bool {
    for index in 0..<moduleCount where unsafe modules[index].low <= address {
      if unsafe address < modules[index].high { return true }
    }
    return false
  }

  /// Notes the code of a module; false where it is known, or there are too many.
  ///
  /// What was loaded where this one is has been unloaded: it is known no more.
  func noteModule(low: UInt64, high: UInt64, mark: UInt64) -> Bool {
    var index = 0
    while index < moduleCount {
      let known = unsafe modules[index]
      if known.low == low, known.high == high, known.mark == mark { return false }
      if known.low < high, low < known.high {
        moduleCount -= 1
        unsafe modules[index] = modules[moduleCount]
      } else {
        index += 1
      }
    }
    guard moduleCount < Self.moduleCapacity else { return false }
    unsafe modules[moduleCount] = ModuleRange(low: low, high: high, mark: mark)
    moduleCount += 1
    return true
  }

  /// What stands in the header.
  func headerValue(_ field: Int) -> UInt64 {
    unsafe UnsafeMutableRawPointer(header).load(fromByteOffset: field, as: UInt64.self)
  }

  /// Ends the file. Every chunk of a thread has been sealed and unmapped.
  ///
  /// - Returns: 0, or the number of the error.
  func close(nested: UInt64) -> Int32 {
    closeRowChunk()
    noteTime()
    let at = unsafe UnsafeMutableRawPointer(header)
    unsafe at.storeBytes(of: nested, toByteOffset: BinaryFormat.Header.nested, as: UInt64.self)
    unsafe at.storeBytes(of: length, toByteOffset: BinaryFormat.Header.length, as: UInt64.self)
    unsafe at.storeBytes(of: chunkCount, toByteOffset: BinaryFormat.Header.chunks, as: UInt32.self)
    typealias Header = BinaryFormat.Header
    let flags = Header.isClosed | (keepsNewest ? Header.keepsNewest : 0)
    unsafe at.storeBytes(of: flags, toByteOffset: Header.flags, as: UInt32.self)
    let fields = unsafe UnsafeRawBufferPointer(start: at, count: Header.check)
    unsafe at.storeBytes(
      of: BinaryFormat.fileCheck(fields), toByteOffset: Header.check, as: UInt64.self)
    if keepsNewest {
      let dropped = unsafe UnsafeRawBufferPointer(
        start: at + Header.keptFrom, count: Header.droppedCheck - Header.keptFrom)
      unsafe at.storeBytes(
        of: BinaryFormat.fileCheck(dropped), toByteOffset: Header.droppedCheck, as: UInt64.self)
    }
    sealed?.discard()
    unsafe lc_unmap(header, unit)
    unsafe lc_unmap(scratch, RowWriter.capacity)
    unsafe lc_unmap(modules, Self.moduleCapacity * MemoryLayout<ModuleRange>.stride)
    return unsafe lc_file_close(handle, length)
  }
}

// MARK: - Where the newest events are kept

extension TraceFile {
  /// Into how many chunks the file is divided: so many threads can have one at a time, and so little is
  /// dropped at once.
  private static let fraction: UInt64 = 256

  /// Whether the space of the oldest events is used again when there is no other.
  var keepsNewest: Bool { sealed != nil }

  /// Whether events that find no room can be dropped as if they had been the oldest: later ones find some
  /// again when a thread has filled its chunk, or ended.
  var goesOn: Bool { keepsNewest && !isOver }

  /// Whether tables may take so much more: they are never dropped, and a quarter stays for events.
  private func mayGrowRows(by bytes: UInt64) -> Bool {
    !keepsNewest || rowBytes + bytes <= sizeLimit - sizeLimit / 4
  }

  /// Lets the space of a sealed chunk be used again, in its turn.
  func noteSealed(_ chunk: SealedChunks.Chunk?) {
    if let chunk { sealed?.append(chunk) }
  }

  /// Gives up an event for which there is no room, and with it all that came before.
  func drop(_ stamp: UInt64) { unsafe lc_note_dropped(header, stamp, 1, 0) }

  /// The space of the chunk that was sealed first, whose events are dropped.
  ///
  /// The file says so before a byte is changed, in its header and in that of the chunk, so that whoever reads
  /// it meanwhile, or after the process was killed, takes what is left for the end of the run that it is.
  private func spaceOfOldest(_ units: Int) -> (UnsafeMutableRawPointer, UInt64)? {
    // Where a row found no room, the trace ends before the first event that needed it: what came before is
    // all there is.
    guard goesOn, units == largestUnits,
      headerValue(BinaryFormat.Header.firstLoss) == .max, let oldest = sealed?.popFirst(),
      oldest.units == UInt32(units),
      let memory = unsafe lc_file_map_again(handle, oldest.offset, units * unit)
    else { return nil }
    typealias Chunk = BinaryFormat.Chunk
    unsafe lc_note_dropped(header, oldest.last, UInt64(oldest.events), UInt64(oldest.bytes))
    let keptFrom = headerValue(BinaryFormat.Header.keptFrom)
    unsafe memory.storeBytes(of: keptFrom, toByteOffset: Chunk.keptFrom, as: UInt64.self)
    unsafe lc_retract(memory.assumingMemoryBound(to: UInt8.self))
    unsafe memory.storeBytes(of: 0, toByteOffset: Chunk.state, as: UInt8.self)
    unsafe memory.storeBytes(of: 0, toByteOffset: Chunk.committed, as: UInt32.self)
    unsafe memory.storeBytes(of: 0, toByteOffset: Chunk.events, as: UInt32.self)
    unsafe memory.storeBytes(of: 0, toByteOffset: Chunk.checksum, as: UInt64.self)
    return unsafe (memory, oldest.offset)
  }
}
