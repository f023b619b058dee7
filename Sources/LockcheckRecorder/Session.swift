import CLockcheckShims
import Glibc
import LockcheckCodecs

/// One recording, as the threads see it: a flat structure that is never given back.
@safe enum Session {
  /// What the thread records into: its own recording, else the task's, else the shared one. Nil where
  /// that is none, or over.
  @inline(__always)
  static func inForce(
    on thread: UnsafeMutablePointer<lc_thread>
  ) -> UnsafeMutablePointer<lc_session>? {
    guard let session = unsafe chosen(on: thread), unsafe lc_session_is_active(session) else {
      return nil
    }
    return unsafe session
  }

  /// As ``inForce(on:)``, also where it is over: what a new thread inherits.
  @inline(__always)
  static func chosen(
    on thread: UnsafeMutablePointer<lc_thread>
  ) -> UnsafeMutablePointer<lc_session>? {
    if let scope = unsafe thread.pointee.scope { return unsafe scope }
    if lc_has_task_recordings(), let session = unsafe lc_recording_of_task() {
      return unsafe session
    }
    return unsafe lc_get_shared_session()
  }

  /// What a thread made by the calling one will record into; nil where it decides for itself.
  static func inherited() -> UnsafeMutablePointer<lc_session>? {
    if let thread = unsafe lc_current(), let scope = unsafe thread.pointee.scope {
      return unsafe scope
    }
    if lc_has_task_recordings(), let session = unsafe lc_recording_of_task() {
      return unsafe session
    }
    return nil
  }

  /// The file of a recording that is active or being closed.
  static func file(of session: UnsafeMutablePointer<lc_session>) -> TraceFile {
    unsafe Unmanaged<TraceFile>.fromOpaque(session.pointee.file).takeUnretainedValue()
  }

  /// The thread's writer for a recording other than that of its last event, made at first need.
  @inline(never)
  static func writer(
    of thread: UnsafeMutablePointer<lc_thread>, in session: UnsafeMutablePointer<lc_session>
  ) -> UnsafeMutablePointer<lc_writer>? {
    var known = unsafe thread.pointee.writers
    while let writer = unsafe known {
      if unsafe writer.pointee.session == session {
        unsafe thread.pointee.writer = writer
        return unsafe writer
      }
      unsafe known = writer.pointee.next
    }
    lc_lock()
    defer { lc_unlock() }
    let file = unsafe file(of: session)
    guard
      unsafe file.writeThread(
        thread.pointee.number, name: lc_thread_name(thread), kind: lc_thread_kind(thread),
        in: session),
      let writer = unsafe lc_writer_make(thread, session)
    else { return nil }
    unsafe thread.pointee.writer = writer
    return unsafe writer
  }

  /// Closes the writer's chunk and gives it the next one. False, and the event is counted as lost,
  /// where there is no room.
  @inline(never)
  static func nextChunk(
    _ writer: UnsafeMutablePointer<lc_writer>, thread: UnsafeMutablePointer<lc_thread>,
    stamp: UInt64
  ) -> Bool {
    guard let session = unsafe writer.pointee.session else { return false }
    let file = unsafe file(of: session)
    let units = unsafe Int(writer.pointee.units)
    if unsafe session.pointee.is_full == 0 {
      let closed = unsafe closeChunk(of: writer, unit: file.unit)
      lc_lock()
      file.noteSealed(closed)
      let larger = file.nextUnits(after: units)
      let made = unsafe file.makeChunk(
        .threadEvents, thread: thread.pointee.number, sequence: writer.pointee.sequence,
        base: stamp &- 1, units: larger)
      if let (chunk, offset) = unsafe made {
        unsafe writer.pointee.chunk = chunk
        unsafe writer.pointee.offset = offset
        unsafe writer.pointee.cursor = chunk + BinaryFormat.Chunk.size
        unsafe writer.pointee.limit = chunk + larger * file.unit
        unsafe writer.pointee.previous = stamp &- 1
        unsafe writer.pointee.units = UInt32(larger)
        unsafe writer.pointee.sequence &+= 1
      } else if file.goesOn {
        // Every chunk is some thread's: the next one that is sealed is there for the next event.
        file.drop(stamp)
      } else {
        unsafe session.pointee.is_full = 1
      }
      let isDropped = unsafe made == nil && session.pointee.is_full == 0
      lc_unlock()
      if unsafe made != nil { return true }
      if isDropped { return false }
    }
    unsafe lc_note_loss(session.pointee.header, stamp)
    return false
  }

  /// Seals and unmaps the chunk that a writer has, if it has one.
  ///
  /// - Returns: What the file has to know of it.
  static func closeChunk(
    of writer: UnsafeMutablePointer<lc_writer>, unit: Int
  ) -> SealedChunks.Chunk? {
    guard let chunk = unsafe writer.pointee.chunk else { return nil }
    unsafe TraceFile.seal(chunk, events: writer.pointee.chunk_events)
    let sealed = unsafe SealedChunks.Chunk(
      offset: writer.pointee.offset, last: writer.pointee.previous,
      events: writer.pointee.chunk_events,
      bytes: UInt32(writer.pointee.cursor - chunk - BinaryFormat.Chunk.size),
      units: writer.pointee.units)
    unsafe writer.pointee.events += UInt64(writer.pointee.chunk_events)
    unsafe writer.pointee.chunk_events = 0
    unsafe writer.pointee.chunk = nil
    unsafe writer.pointee.cursor = nil
    unsafe writer.pointee.limit = nil
    unsafe lc_unmap(chunk, Int(writer.pointee.units) * unit)
    return sealed
  }

  /// Closes what a thread has open: in one recording that is over, or in all of them when the thread
  /// ends. Under the recorder's lock; the thread itself is not in the middle of an event.
  static func closeWriters(
    of thread: UnsafeMutablePointer<lc_thread>, in only: UnsafeMutablePointer<lc_session>? = nil
  ) {
    var next = unsafe thread.pointee.writers
    while let writer = unsafe next {
      unsafe next = writer.pointee.next
      guard let session = unsafe writer.pointee.session, unsafe only == nil || only == session
      else { continue }
      if let closed = unsafe closeChunk(of: writer, unit: lc_page_size()) {
        unsafe file(of: session).noteSealed(closed)
      }
      unsafe tally(writer, in: session)
      unsafe writer.pointee.session = nil
    }
  }

  /// Adds a closed writer's events to those of its recording.
  static func tally(
    _ writer: UnsafeMutablePointer<lc_writer>, in session: UnsafeMutablePointer<lc_session>
  ) {
    unsafe lc_add_events(session, writer.pointee.events)
    unsafe writer.pointee.events = 0
  }
}

extension Session {
  /// The calling thread's structure.
  static var currentThread: UnsafeMutablePointer<lc_thread>? { unsafe lc_attach() }

  /// Enters the recorder, as an event does; false where the thread is in it.
  static func enter(_ thread: UnsafeMutablePointer<lc_thread>?) -> Bool {
    guard let thread = unsafe thread else { return false }
    return unsafe lc_enter(thread)
  }

  /// Leaves the recorder.
  static func leave(_ thread: UnsafeMutablePointer<lc_thread>?) {
    if let thread = unsafe thread { unsafe lc_leave(thread) }
  }
}
