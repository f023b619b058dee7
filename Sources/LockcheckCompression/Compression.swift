public import LockcheckCodecs

/// How a file is compressed, told by its first bytes when reading and by its name when writing.
public enum Compression: Sendable, Hashable, CaseIterable {
  /// Not at all.
  case none
  /// RFC 1952, one member or several.
  case gzip
  /// RFC 8878, one frame or several.
  case zstd

  /// Recognises the compression of what starts with `prefix`.
  public init(recognizing prefix: some Collection<UInt8>) {
    if prefix.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else {
      self = .none
    }
  }

  /// What a file name's last part asks for: `gz`, `zst`.
  public init(pathExtension: String) {
    switch pathExtension.lowercased() {
    case "gz", "gzip": self = .gzip
    case "zst", "zstd": self = .zstd
    default: self = .none
    }
  }

  /// A sink that compresses what it passes on to `sink`.
  ///
  /// ``ClosableSink/close()`` has to be called at the end.
  public func sink(to sink: any ByteSink) throws(TraceCodingError) -> any ClosableSink {
    switch self {
    case .none: PlainSink(sink)
    case .gzip: try GzipSink(sink)
    case .zstd: try ZstdSink(sink)
    }
  }

  /// A source that decompresses what it gets from `source`.
  func source(from source: any ByteSource, file: String?) throws(TraceCodingError)
    -> any ByteSource
  {
    switch self {
    case .none: source
    case .gzip: try GzipSource(source, file: file)
    case .zstd: try ZstdSource(source, file: file)
    }
  }
}

/// A sink that has to write something more at the end.
public protocol ClosableSink: ByteSink {
  /// Writes what is left. Nothing may be written afterwards.
  mutating func close() throws(TraceCodingError)
}

/// Passes bytes on as they are.
private struct PlainSink: ClosableSink {
  private var sink: any ByteSink

  init(_ sink: any ByteSink) { self.sink = sink }

  mutating func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    try sink.write(bytes)
  }

  mutating func close() {}
}
