import CLockcheckShims
import Glibc
import LockcheckCodecs
import LockcheckTrace
import Synchronization

/// A recording that runs: its file, and the structure that threads look at.
@safe final class RunningSession: @unchecked Sendable {
  /// What threads look at.
  let session: UnsafeMutablePointer<lc_session>
  /// The file that is being written.
  let path: String

  /// The file that is wanted in the end.
  private let target: String
  private let file: TraceFile
  private let configuration: RecorderConfiguration
  private let isShared: Bool
  private let process = getpid()
  private let nestedBefore: UInt64

  /// How long ``end()`` waits for threads that are in the middle of an event, in milliseconds.
  private static let patience: UInt32 = 2000

  /// Makes the file. Nothing is recorded yet.
  init(configuration: RecorderConfiguration, isShared: Bool) throws(RecorderError) {
    lc_prepare()
    self.configuration = configuration
    self.isShared = isShared
    target = Self.expand(configuration.file, process: process)
    path = Transcoding.recording(for: target)
    let hasUnwinder = configuration.stacks != .none && StackCapture.hasUnwinder
    if [.full, .unwind].contains(configuration.stacks) && !hasUnwinder {
      Recording.say("libunwind.so.8 is not there; stacks end where frame pointers do")
    }
    file = try TraceFile(path: path, configuration: configuration)
    nestedBefore = Self.nested
    unsafe lc_set_thread_ends { thread in
      guard let thread = unsafe thread else { return }
      unsafe RunningSession.threadEnds(thread)
    }
    let blocks = MemoryLayout<lc_bits>.size
    guard let thread = unsafe lc_attach(), let stacks = unsafe lc_map_memory(blocks),
      let objects = unsafe lc_map_memory(blocks), let threads = unsafe lc_map_memory(blocks)
    else { throw .system("no memory for the recording", file: path, errno: ENOMEM) }
    let isEntered = unsafe lc_enter(thread)
    lc_lock()
    let made = unsafe lc_session_make()
    lc_unlock()
    if isEntered { unsafe lc_leave(thread) }
    guard let made = unsafe made else {
      throw .system("no memory for the recording", file: path, errno: ENOMEM)
    }
    unsafe session = made
    unsafe session.pointee.stacks =
      switch configuration.stacks {
      case .none: StackCapture.none
      case .fast: StackCapture.fast
      case .full: StackCapture.full
      case .unwind: StackCapture.unwind
      }
    unsafe session.pointee.depth = UInt32(configuration.stackDepth)
    unsafe session.pointee.trace = file.handle
    unsafe session.pointee.header = file.header
    unsafe session.pointee.written_stacks = stacks.assumingMemoryBound(to: lc_bits.self)
    unsafe session.pointee.written_objects = objects.assumingMemoryBound(to: lc_bits.self)
    unsafe session.pointee.written_threads = threads.assumingMemoryBound(to: lc_bits.self)
    unsafe session.pointee.file = Unmanaged.passRetained(file).toOpaque()
    let arguments = Self.commandLine()
    let isWritten = Self.locked { [file] in
      let process =
        file.writeProcess(
          executable: arguments.first ?? "", arguments: Array(arguments.dropFirst()))
        && (!configuration.omitsValues || file.notesMissingValues())
      if configuration.stacks != .none && !hasUnwinder {
        return process && file.writeNote("stacks by frame pointers: libunwind.so.8 is not there")
      }
      return process
    }
    guard isWritten else {
      // Closed, so that another recording can try that file.
      _ = Self.locked { [file] in file.close(nested: 0) }
      unsafe discard()
      throw .system("no room for the file", file: path, errno: ENOSPC)
    }
    file.calibrate()
  }

  /// The words that the process was started with. Asked of the system: in a library that is loaded before
  /// the program, `CommandLine` does not know them.
  private static func commandLine() -> [String] {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      unsafe buffer.withMemoryRebound(to: CChar.self) { text in
        count = unsafe lc_command_line(text.baseAddress, text.count)
      }
    }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Lets threads see it.
  func begin() {
    Self.locked {
      unsafe lc_set_active(session, 1)
      if isShared { unsafe lc_set_shared_session(session) }
      lc_sessions_changed()
    }
  }

  /// Ends it; see ``Recorder/stop()``.
  func end() throws(RecorderError) -> RecordingSummary {
    // The child of a fork: the file and its mappings belong to the parent.
    guard process == getpid() else { throw .notRecording }
    Self.locked {
      unsafe lc_set_active(session, 0)
      if isShared { lc_set_shared_session(nil) }
      lc_sessions_changed()
    }
    var summary = RecordingSummary()
    summary.file = path
    guard lc_quiesce(Self.patience) else {
      // A thread hangs in the middle of an event, as one that is stopped by a debugger. What is in the
      // file is readable as it is; nothing that the thread may still touch is taken away.
      Recording.say("\(path): a thread does not come out of the recorder; the file stays open")
      count(into: &summary)
      return summary
    }
    let error = Self.locked {
      var next = unsafe lc_first_thread()
      while let thread = unsafe next {
        unsafe Session.closeWriters(of: thread, in: session)
        unsafe next = thread.pointee.next
      }
      count(into: &summary)
      let error = file.close(nested: summary.nested)
      unsafe discard()
      return error
    }
    if summary.lost > 0, !configuration.isQuiet {
      Recording.say(
        "\(path): no room for \(summary.lost) events; the trace ends before the first of them")
    }
    if summary.dropped > 0, !configuration.isQuiet {
      Recording.say(
        "\(path): no room for all events; the first \(summary.dropped) or more were dropped, "
          + "the newest are kept")
    }
    guard error == 0 else { throw .system("cannot close the file", file: path, errno: error) }
    if let form = Transcoding.form(of: target) {
      do throws(TraceCodingError) {
        try Transcoding.convert(path, to: target, as: form)
      } catch {
        throw .conversion(error.description, recording: path)
      }
      summary.file = target
    }
    return summary
  }

  private func count(into summary: inout RecordingSummary) {
    summary.events = unsafe session.pointee.events
    summary.threads = unsafe Int(session.pointee.threads)
    summary.lost = file.headerValue(BinaryFormat.Header.lost)
    summary.dropped = file.headerValue(BinaryFormat.Header.dropped)
    summary.nested = Self.nested &- nestedBefore
    summary.bytes = file.length
  }

  /// Gives back what threads looked things up in.
  @unsafe private func discard() {
    unsafe Self.discard(session.pointee.written_stacks)
    unsafe Self.discard(session.pointee.written_objects)
    unsafe Self.discard(session.pointee.written_threads)
    unsafe session.pointee.written_stacks = nil
    unsafe session.pointee.written_objects = nil
    unsafe session.pointee.written_threads = nil
    unsafe session.pointee.header = nil
    unsafe session.pointee.trace = nil
    if let kept = unsafe session.pointee.file {
      unsafe Unmanaged<TraceFile>.fromOpaque(kept).release()
    }
    unsafe session.pointee.file = nil
  }

  private static func discard(_ bits: UnsafeMutablePointer<lc_bits>?) {
    guard let bits = unsafe bits else { return }
    unsafe lc_bits_clear(bits)
    unsafe lc_unmap(bits, MemoryLayout<lc_bits>.size)
  }

  /// Events that signal handlers could not record, in this process so far.
  private static var nested: UInt64 {
    var sum: UInt64 = 0
    var next = unsafe lc_first_thread()
    while let thread = unsafe next {
      unsafe sum &+= thread.pointee.nested
      unsafe next = thread.pointee.next
    }
    return sum
  }

  /// Under the recorder's lock, and in the recorder, so that a signal handler stays out of it.
  private static func locked<R>(_ body: () -> R) -> R {
    let thread = unsafe lc_attach()
    let isEntered = unsafe thread.map { unsafe lc_enter($0) } ?? false
    lc_lock()
    defer {
      lc_unlock()
      if isEntered, let thread = unsafe thread { unsafe lc_leave(thread) }
    }
    return body()
  }

  /// A thread ends that did not leave: a worker of Dispatch, a thread of somebody else's.
  private static func threadEnds(_ thread: UnsafeMutablePointer<lc_thread>) {
    if Recording.isOn { lc_announce_thread_end() }
    // Without a stack: it would be that of the C library's clearing up.
    if Recording.isOn, unsafe thread.pointee.writers != nil,
      let append = EventAppend.open(stack: 0)
    {
      append.write(EventForm(.exit), stamp: append.stamp(after: 0), object: 0)
      append.close()
    }
    unsafe RecordedThread.ends(thread)
    guard unsafe lc_enter(thread) else { return }
    lc_lock()
    unsafe Session.closeWriters(of: thread)
    lc_unlock()
    unsafe lc_leave(thread)
  }

  // By its bytes, as `Transcoding.form`: to look for characters reads half a megabyte of Swift's runtime into
  // memory, and this is done at the start of every program that is recorded.
  private static func expand(_ pattern: String, process: Int32) -> String {
    guard pattern.utf8.contains(UInt8(ascii: "%")) else { return pattern }
    let bytes = Array(pattern.utf8)
    var path: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "p") {
        for digit in String(process).utf8 { path.append(digit) }
        at += 2
      } else {
        path.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: path, as: UTF8.self)
  }

  private static let open = Mutex<[Recorder]>([])

  /// Has the recorder stopped when the process exits.
  static func closeAtExit(_ recorder: Recorder) {
    _ = exitHandler
    open.withLock { recorders in
      recorders.removeAll { $0.file == nil || $0 === recorder }
      recorders.append(recorder)
    }
  }

  private static let exitHandler: Void = {
    atexit { RunningSession.closeAll() }
  }()

  /// Ends every recording that runs.
  static func closeAll() {
    for recorder in open.withLock({ $0 }) where recorder.file != nil {
      do throws(RecorderError) {
        _ = try recorder.stop()
      } catch {
        if error != .notRecording { Recording.say(error.description) }
      }
    }
  }
}
