import Glibc
import LockcheckTrace

/// A source whose next events are read, on another thread, while somebody looks at the last ones.
///
/// Hands out what the source does: the same events in the same batches, the tables as they were after
/// each, and an error where the source throws it. Short traces, and machines with one processor, do
/// without the thread.
struct ReadAhead<Source: EventSource>: EventSource {
  /// The source, unless a thread has it.
  private var here: Source?
  private var thread: ReaderThread<Source>?
  /// How many more batches are read without a thread.
  private var patience: Int
  /// What is said once for the whole trace.
  private(set) var header: TraceHeader

  /// How long a trace is before it gets a thread: starting one takes as long as reading some hundred
  /// events.
  static var patience: Int { 4 }

  /// Reads `source`.
  ///
  /// - Parameters:
  ///   - patience: After how many batches a thread goes ahead.
  ///   - processors: How many there are.
  init(
    _ source: Source, patience: Int = Self.patience,
    processors: Int = sysconf(CInt(_SC_NPROCESSORS_ONLN))
  ) {
    here = source
    header = source.header
    self.patience = processors > 1 ? patience : .max
  }

  /// The source itself, where it has been read to. A thread that is ahead of it is stopped.
  var source: Source {
    mutating get {
      stop()
      return here!
    }
  }

  /// Replaces `events` by the next ones, and adds to `tables` what they name.
  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    if patience == 0, thread == nil { start(tables) }
    guard let thread else {
      if patience < .max { patience -= 1 }
      defer { header = here!.header }
      return try here!.read(into: &events, tables: &tables)
    }
    let batch = thread.next(events)
    events = batch.events
    tables.apply(batch.changes)
    header = batch.header
    switch batch.outcome {
    case .more: return true
    case .end:
      stop()
      return false
    case .failure(let error):
      stop()
      throw error
    }
  }

  /// Has a thread read on; where there is none to be had, this one does.
  private mutating func start(_ tables: TraceTables) {
    thread = ReaderThread(here!, tables)
    if thread == nil { patience = .max } else { here = nil }
  }

  /// Goes on without a thread.
  private mutating func stop() {
    guard let thread else { return }
    here = thread.end()
    self.thread = nil
    patience = .max
  }
}
