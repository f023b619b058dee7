import Glibc
import LockcheckTrace

/// Some events as they were read, and what the tables had become by then.
struct ReadBatch: Sendable {
  /// What came of reading them.
  enum Outcome: Sendable {
    /// There may be more.
    case more
    /// There are no more.
    case end
    /// What the source threw; the events stand before the damage.
    case failure(any Error)
  }

  var events: [Event]
  var changes: TableChanges
  var header: TraceHeader
  var outcome: Outcome
}

/// A thread that reads a source until it ends or fails, two batches ahead at the most.
@safe final class ReaderThread<Source: EventSource> {
  private let work: ReaderWork<Source>
  private var thread = pthread_t()
  private var isRunning = true

  /// Starts a thread that reads on from where `source` and `tables` are.
  ///
  /// - Returns: nil where the system has no thread to give.
  init?(_ source: Source, _ tables: TraceTables) {
    work = ReaderWork(source, tables)
    let work = work
    let context = unsafe Unmanaged.passRetained(ThreadBody { work.run() })
    let error = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard error == 0 else {
      unsafe context.release()
      isRunning = false
      return nil
    }
  }

  deinit { stop() }

  /// The next events. Not to be called again after the last ones.
  ///
  /// - Parameter empty: Room for events, to be used again.
  func next(_ empty: [Event]) -> ReadBatch {
    work.empty.offer(empty)
    return work.batches.take()
  }

  /// Waits for the thread to end, whether it is through or not.
  ///
  /// - Returns: The source as the thread has left it.
  func end() -> Source {
    stop()
    return work.source
  }

  private func stop() {
    guard isRunning else { return }
    isRunning = false
    work.batches.close()
    pthread_join(thread, nil)
  }
}

/// What a thread does.
private final class ThreadBody {
  let run: () -> Void

  init(_ run: @escaping () -> Void) { self.run = run }
}

/// What a reader thread works on. Until it has ended, nobody else touches the source.
private final class ReaderWork<Source: EventSource>: @unchecked Sendable {
  var source: Source
  private var tables: TraceTables
  let batches = Handover<ReadBatch>()
  let empty = Handover<[Event]>()

  init(_ source: Source, _ tables: TraceTables) {
    self.source = source
    self.tables = tables
    self.tables.forgetChanges()
  }

  func run() {
    var isOver = false
    while !isOver {
      var events = empty.takeIfThere() ?? []
      var outcome = ReadBatch.Outcome.more
      do {
        if try !source.read(into: &events, tables: &tables) { outcome = .end }
      } catch {
        outcome = .failure(error)
      }
      if case .more = outcome {} else { isOver = true }
      let batch = ReadBatch(
        events: events, changes: tables.takeChanges(), header: source.header, outcome: outcome)
      if !batches.put(batch) { isOver = true }
    }
  }
}
