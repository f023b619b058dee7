import CZlib
import LockcheckCodecs

/// zlib's state, which must not move while it is in use.
@safe private final class ZlibStream {
  let state: UnsafeMutablePointer<z_stream>
  private let isInflating: Bool

  init(inflating: Bool) throws(TraceCodingError) {
    isInflating = inflating
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // 15 is the largest window, 16 asks for gzip's header and trailer.
    let code: Int32
    if inflating {
      code = unsafe inflateInit2_(state, 15 + 16, ZLIB_VERSION, size)
    } else {
      code = unsafe deflateInit2_(
        state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    }
    guard code == Z_OK else {
      throw TraceCodingError(.inputOutput, at: .file, "zlib cannot be started (\(code))")
    }
  }

  deinit {
    if isInflating { _ = unsafe inflateEnd(state) } else { _ = unsafe deflateEnd(state) }
    unsafe state.deallocate()
  }
}

/// Unpacks gzip, member after member.
struct GzipSource: ByteSource {
  private var source: any ByteSource
  private let file: String?
  private let stream: ZlibStream
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0
  /// How many compressed bytes came before `input`.
  private var offset: UInt64 = 0
  private var isBetweenMembers = true
  private var isFirstMember = true

  init(_ source: any ByteSource, file: String?) throws(TraceCodingError) {
    self.source = source
    self.file = file
    stream = try ZlibStream(inflating: true)
  }

  mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    while true {
      if start == end {
        offset += UInt64(end)
        start = 0
        end = try source.read(into: &input)
        if end == 0 {
          guard isBetweenMembers, !isFirstMember else {
            throw failure(.truncated, "a gzip file that ends in the middle")
          }
          return 0
        }
      }
      if isBetweenMembers, !isFirstMember {
        // gzip pads with zeros, and passes over them.
        while start < end, input[start] == 0 { start += 1 }
        if start == end { continue }
      }
      let filled = try inflate(into: &buffer)
      if filled > 0 { return filled }
    }
  }

  private mutating func inflate(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    isBetweenMembers = false
    let state = unsafe stream.state
    let (given, room) = (end - start, buffer.count)
    let from = start
    let code = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        unsafe state.pointee.next_in = input.baseAddress.map { unsafe $0 + from }
        unsafe state.pointee.avail_in = UInt32(given)
        unsafe state.pointee.next_out = buffer.baseAddress
        unsafe state.pointee.avail_out = UInt32(room)
        return unsafe CZlib.inflate(state, Z_NO_FLUSH)
      }
    }
    start += given - Int(unsafe state.pointee.avail_in)
    let filled = room - Int(unsafe state.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isBetweenMembers = true
      isFirstMember = false
      _ = unsafe inflateReset(state)
    case Z_MEM_ERROR: throw failure(.inputOutput, "no memory to unpack it")
    default: throw failure(.checksum, "a damaged gzip file")
    }
    return filled
  }

  mutating func rewind() throws(TraceCodingError) -> Bool {
    guard try source.rewind() else { return false }
    (start, end, offset) = (0, 0, 0)
    (isBetweenMembers, isFirstMember) = (true, true)
    _ = unsafe inflateReset(stream.state)
    return true
  }

  private func failure(_ code: TraceCodingError.Code, _ message: String) -> TraceCodingError {
    TraceCodingError(code, at: .offset(offset + UInt64(start)), message, file: file)
  }
}

/// Packs with gzip.
struct GzipSink: ClosableSink {
  private var sink: any ByteSink
  private let stream: ZlibStream
  private var output = [UInt8](repeating: 0, count: 1 << 16)

  init(_ sink: any ByteSink) throws(TraceCodingError) {
    self.sink = sink
    stream = try ZlibStream(inflating: false)
  }

  mutating func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    if !bytes.isEmpty { try deflate(copy bytes, Z_NO_FLUSH) }
  }

  mutating func close() throws(TraceCodingError) { try deflate([], Z_FINISH) }

  private mutating func deflate(_ bytes: [UInt8], _ flush: Int32) throws(TraceCodingError) {
    var bytes = bytes
    var start = 0
    let state = unsafe stream.state
    var isDone = false
    while !isDone {
      let (from, given, room) = (start, bytes.count - start, output.count)
      let code = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        unsafe output.withUnsafeMutableBufferPointer { output in
          unsafe state.pointee.next_in = bytes.baseAddress.map { unsafe $0 + from }
          unsafe state.pointee.avail_in = UInt32(given)
          unsafe state.pointee.next_out = output.baseAddress
          unsafe state.pointee.avail_out = UInt32(room)
          return unsafe CZlib.deflate(state, flush)
        }
      }
      start += given - Int(unsafe state.pointee.avail_in)
      let filled = room - Int(unsafe state.pointee.avail_out)
      if filled > 0 { try sink.write(Array(output[..<filled])) }
      isDone = flush == Z_FINISH ? code == Z_STREAM_END : start == bytes.count && filled < room
    }
  }
}
