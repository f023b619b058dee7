public import LockcheckCodecs

/// A trace in a file or at standard input: of any form, packed or not.
public struct TraceFile {
  /// What makes the decoder of the binary form.
  public typealias BinaryDecoder = (
    _ bytes: any RandomAccessBytes, _ recovering: Bool, _ file: String
  ) throws(TraceCodingError) -> any TraceDecoder

  /// The form, recognised by content.
  public let format: TraceFormat
  /// How it is packed.
  public let compression: Compression
  private let input: InputFile
  private var source: any ByteSource

  /// Opens the file at `path`; `-` is standard input.
  ///
  /// - Throws: ``TraceCodingError/Code/noSuchFile``, ``TraceCodingError/Code/inputOutput`` for a folder
  ///   or what may not be read, ``TraceCodingError/Code/empty`` and
  ///   ``TraceCodingError/Code/unknownFormat``.
  public init(_ path: String) throws(TraceCodingError) {
    input = try InputFile(path)
    var packed = PeekedSource(FileSource(input))
    compression = Compression(recognizing: try packed.peek(4))
    let unpacked = try compression.source(from: packed, file: input.name)
    var peeked = PeekedSource(unpacked)
    do throws(TraceCodingError) {
      let prefix = try peeked.peek(TraceFormat.prefixLength)
      format = try TraceFormat(
        recognizing: prefix, isWhole: prefix.count < TraceFormat.prefixLength,
        pathExtension: Self.extensions(of: path).form)
    } catch {
      var named = error
      named.file = named.file ?? input.name
      throw named
    }
    source = peeked
  }

  /// The decoder for the trace. To be asked for once.
  ///
  /// - Parameters:
  ///   - recovering: Whether to take what is readable of a damaged trace.
  ///   - binary: What makes the decoder of the binary form.
  public func decoder(
    recovering: Bool = false, binary: BinaryDecoder
  ) throws(TraceCodingError) -> any TraceDecoder {
    let name = input.name
    switch format {
    case .json: return JSONTraceDecoder(source, recovering: recovering, file: name)
    case .ndjson: return NDJSONTraceDecoder(source, recovering: recovering, file: name)
    case .std: return STDTraceDecoder(source, recovering: recovering, file: name)
    case .binary: return try binary(try bytes(recovering: recovering), recovering, name)
    }
  }

  /// The bytes at any place: of the file itself, or, of a pipe and of what is packed, of an unlinked
  /// temporary file that they are put into.
  private func bytes(recovering: Bool) throws(TraceCodingError) -> any RandomAccessBytes {
    if compression == .none, let bytes = FileBytes(input) { return bytes }
    let kept = try TemporaryFile()
    var source = source
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    do throws(TraceCodingError) {
      while case let count = try source.read(into: &buffer), count > 0 {
        try kept.append(buffer[..<count])
      }
    } catch {
      // What was unpacked before the damage is what there is.
      guard recovering, error.code != .inputOutput else { throw error }
    }
    return kept
  }

  /// The parts of a file name that say form and packing: `json` and `gz` of `x.json.gz`.
  public static func extensions(of path: String) -> (form: String?, compression: Compression) {
    let name = path.split(separator: "/").last ?? ""
    var parts = name.split(separator: ".").dropFirst().map(String.init)
    var compression = Compression.none
    if let last = parts.last {
      compression = Compression(pathExtension: last)
      if compression != .none { parts.removeLast() }
    }
    return (parts.last, compression)
  }
}

/// A source whose first bytes can be looked at before they are read.
struct PeekedSource: ByteSource {
  private var source: any ByteSource
  private var ahead: ArraySlice<UInt8> = []
  /// Thrown once what was read before it has been handed out.
  private var failure: TraceCodingError?

  init(_ source: any ByteSource) { self.source = source }

  /// Up to `count` bytes from the start; fewer only where there are no more.
  mutating func peek(_ count: Int) throws(TraceCodingError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: min(count, 1 << 16))
    do throws(TraceCodingError) {
      while ahead.count < count {
        let more = try source.read(into: &buffer)
        if more == 0 { break }
        ahead += buffer[..<more]
      }
    } catch {
      guard !ahead.isEmpty else { throw error }
      failure = error
    }
    return Array(ahead.prefix(count))
  }

  mutating func read(into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    if ahead.isEmpty {
      if let failure { throw failure }
      return try source.read(into: &buffer)
    }
    let count = min(buffer.count, ahead.count)
    buffer.replaceSubrange(..<count, with: ahead.prefix(count))
    ahead = ahead.dropFirst(count)
    return count
  }

  mutating func rewind() throws(TraceCodingError) -> Bool {
    guard try source.rewind() else { return false }
    ahead = []
    failure = nil
    return true
  }
}
