import CLockcheckShims
import Glibc
import LockcheckCodecs
import LockcheckTrace

/// Brings a closed recording into the form that its file's name asks for.
///
/// A recording is always made in the binary form, the only one that survives the process; the others are
/// written when it stops.
enum Transcoding {
  /// The JSON form that `path` asks for by its ending; nil where the recording stays as it is.
  static func form(of path: String) -> JSONTraceEncoder.Form? {
    if ends(path, in: ".json") { return .document }
    return ends(path, in: ".ndjson") || ends(path, in: ".jsonl") ? .lines : nil
  }

  /// Whether it ends so, in small letters or capitals.
  private static func ends(_ path: String, in ending: String) -> Bool {
    path.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) { byte, small in
      byte == small || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte + 32 == small
    }
  }

  /// Where to record what becomes `path` in the end.
  static func recording(for path: String) -> String {
    form(of: path) == nil ? path : path + ".lctrace"
  }

  /// Writes `path` from the recording, and removes the recording.
  static func convert(
    _ recording: String, to path: String, as form: JSONTraceEncoder.Form
  ) throws(TraceCodingError) {
    let file = try OpenFile(reading: recording)
    var decoder = try BinaryTraceDecoder(file, file: recording)
    var all = TraceTables()
    if form == .document {
      // Its tables come first, so the events are read twice.
      var events: [Event] = []
      while try decoder.read(into: &events, tables: &all) {}
      decoder = try BinaryTraceDecoder(file, file: recording)
    }
    let sink = try OpenFile(writing: path)
    var encoder = JSONTraceEncoder(sink, form: form, header: decoder.header)
    var events: [Event] = []
    var tables = TraceTables()
    while try decoder.read(into: &events, tables: &tables) {
      try encoder.write(events[...], tables: form == .document ? all : tables)
    }
    try encoder.finish(tables: form == .document ? all : tables)
    _ = unsafe unlink(recording)
  }
}

/// A file that is open, and closed with the last reference.
final class OpenFile: RandomAccessBytes, ByteSink {
  private let descriptor: Int32
  private let path: String
  /// How many bytes there are to read.
  let count: UInt64

  /// Opens a file to read it.
  init(reading path: String) throws(TraceCodingError) {
    self.path = path
    descriptor = unsafe lc_open_above_standard(path, O_RDONLY)
    guard descriptor >= 0 else {
      count = 0
      throw Self.failure(path, "cannot open the file")
    }
    count = UInt64(max(0, lseek(descriptor, 0, SEEK_END)))
  }

  /// Makes a file, empty, to write it.
  init(writing path: String) throws(TraceCodingError) {
    self.path = path
    descriptor = unsafe lc_open_above_standard(path, O_WRONLY | O_CREAT | O_TRUNC)
    count = 0
    guard descriptor >= 0 else { throw Self.failure(path, "cannot make the file") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    var done = 0
    while done < buffer.count {
      let size = unsafe buffer.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset) + done)
      }
      if size == 0 { break }
      guard size > 0 else {
        if errno == EINTR { continue }
        throw Self.failure(path, "cannot read the file")
      }
      done += size
    }
    return done
  }

  func write(_ bytes: borrowing [UInt8]) throws(TraceCodingError) {
    var done = 0
    while done < bytes.count {
      let size = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      guard size >= 0 else {
        if errno == EINTR { continue }
        throw Self.failure(path, "cannot write the file")
      }
      done += size
    }
  }

  private static func failure(_ path: String, _ what: String) -> TraceCodingError {
    let reason = unsafe String(cString: strerror(errno))
    return TraceCodingError(.inputOutput, at: .file, "\(what): \(reason)", file: path)
  }
}
