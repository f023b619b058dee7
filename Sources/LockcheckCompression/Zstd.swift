import CZstd
import LockcheckCodecs

/// Unpacks zstd, frame after frame.
struct ZstdSource: ByteSource {
  @safe private final class Stream {
    let state: OpaquePointer

    init() throws(TraceCodingError) {
      guard let made = unsafe ZSTD_createDCtx() else {
        throw TraceCodingError(.inputOutput, at: .file, "zstd cannot be started")
      }
      unsafe state = made
    }

    deinit { _ = unsafe ZSTD_freeDCtx(state) }
  }

  private var source: any ByteSource
  private let file: String?
  private let stream: Stream
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0
  private var offset: UInt64 = 0
  /// Whether a frame has begun that has not ended.
  private var isInFrame = true
  /// Whether the last call filled the whole buffer, so that there may be more without input.
  private var mayHoldMore = false

  init(_ source: any ByteSource, file: String?) throws(TraceCodingError) {
    self.source = source
    self.file = file
    stream = try Stream()
  }

  mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    while true {
      if start == end, !mayHoldMore {
        offset += UInt64(end)
        start = 0
        end = try source.read(into: &input)
        if end == 0 {
          guard !isInFrame else {
            throw failure(.truncated, "a zstd file that ends in the middle")
          }
          return 0
        }
      }
      let filled = try decompress(into: &buffer)
      if filled > 0 { return filled }
    }
  }

  private mutating func decompress(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    let (from, given, room) = (start, end - start, buffer.count)
    var consumed = 0
    var filled = 0
    let state = unsafe stream.state
    let code = unsafe input.withUnsafeBytes { input in
      unsafe buffer.withUnsafeMutableBytes { buffer in
        var source = unsafe ZSTD_inBuffer(
          src: input.baseAddress.map { unsafe $0 + from }, size: given, pos: 0)
        var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
        let code = unsafe ZSTD_decompressStream(state, &target, &source)
        unsafe (consumed, filled) = (source.pos, target.pos)
        return code
      }
    }
    guard ZSTD_isError(code) == 0 else {
      let reason = unsafe String(cString: ZSTD_getErrorName(code))
      throw failure(.checksum, "a damaged zstd file: \(reason)")
    }
    start += consumed
    isInFrame = code != 0
    mayHoldMore = filled == room && isInFrame
    return filled
  }

  mutating func rewind() throws(TraceCodingError) -> Bool {
    guard try source.rewind() else { return false }
    (start, end, offset) = (0, 0, 0)
    (isInFrame, mayHoldMore) = (true, false)
    _ = unsafe ZSTD_DCtx_reset(stream.state, ZSTD_reset_session_only)
    return true
  }

  private func failure(_ code: TraceCodingError.Code, _ message: String) -> TraceCodingError {
    TraceCodingError(code, at: .offset(offset + UInt64(start)), message, file: file)
  }
}

/// Packs with zstd.
struct ZstdSink: ClosableSink {
  @safe private final class Stream {
    let state: OpaquePointer

    init() throws(TraceCodingError) {
      guard let made = unsafe ZSTD_createCCtx() else {
        throw TraceCodingError(.inputOutput, at: .file, "zstd cannot be started")
      }
      unsafe state = made
      _ = unsafe ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1)
    }

    deinit { _ = unsafe ZSTD_freeCCtx(state) }
  }

  private var sink: any ByteSink
  private let stream: Stream
  private var output = [UInt8](repeating: 0, count: 1 << 16)

  init(_ sink: any ByteSink) throws(TraceCodingError) {
    self.sink = sink
    stream = try Stream()
  }

  mutating func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    if !bytes.isEmpty { try compress(copy bytes, ZSTD_e_continue) }
  }

  mutating func close() throws(TraceCodingError) { try compress([], ZSTD_e_end) }

  private mutating func compress(
    _ bytes: [UInt8], _ directive: ZSTD_EndDirective
  ) throws(TraceCodingError) {
    let state = unsafe stream.state
    var start = 0
    var isDone = false
    while !isDone {
      let (from, given, room) = (start, bytes.count - start, output.count)
      var consumed = 0
      var filled = 0
      let left = unsafe bytes.withUnsafeBytes { bytes in
        unsafe output.withUnsafeMutableBytes { output in
          var source = unsafe ZSTD_inBuffer(
            src: bytes.baseAddress.map { unsafe $0 + from }, size: given, pos: 0)
          var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: room, pos: 0)
          let left = unsafe ZSTD_compressStream2(state, &target, &source, directive)
          unsafe (consumed, filled) = (source.pos, target.pos)
          return left
        }
      }
      guard ZSTD_isError(left) == 0 else {
        throw TraceCodingError(.inputOutput, at: .file, "zstd cannot pack it")
      }
      start += consumed
      if filled > 0 { try sink.write(Array(output[..<filled])) }
      isDone = directive == ZSTD_e_end ? left == 0 : start == bytes.count
    }
  }
}
