internal import Glibc
internal import Synchronization

/// The threads that the process waits for before it ends, and the numbers that threads are given.
///
/// One for the process, because the process ends once.
enum ThreadRegistry {
  private static let lastID = Atomic<UInt64>(0)
  private static let lastName = Atomic<UInt64>(0)
  /// Threads that a process waits for, by their ids.
  private static let awaited = Mutex<[UInt64: Awaited]>([:])

  /// A thread, and the process that it runs in: the child of a fork has it in its memory only.
  private struct Awaited {
    let thread: CheckedThread
    let process: pid_t
  }

  /// The process that last had a thread to wait for. What another thread held at a fork stays held in
  /// the child, which therefore asks this first and touches no lock where it has no thread.
  private static let waiting = Atomic<pid_t>(0)

  /// Threads that run, by the system's numbers.
  private static let running = Mutex<[UInt32: CheckedThread]>([:])
  /// Registers the wait at the end, once. A recording that the environment asks for has begun by
  /// then, so that it ends later: what is registered last runs first.
  private static let waitsAtExit: Bool = {
    atexit { ThreadRegistry.joinAll() }
    return true
  }()

  /// A number that no other thread of this process has or will have, from 1.
  static func makeID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

  /// A name for a thread that was given none, made in `function`.
  static func makeName(in function: String) -> String {
    if let name = Control.nameThread(in: function.prefix { $0 != "(" }) { return name }
    let number = lastName.add(1, ordering: .relaxed).newValue
    return "Thread-\(number) (\(function.prefix { $0 != "(" }))"
  }

  /// Makes the end of the process wait for `thread`.
  ///
  /// Not for one that a scheduler knows: it waits for its threads itself, and those that are stuck stay.
  static func await(_ thread: CheckedThread, _ id: UInt64) {
    if Control.isInControl { return }
    _ = waitsAtExit
    let entry = Awaited(thread: thread, process: getpid())
    waiting.store(entry.process, ordering: .relaxed)
    awaited.withLock { $0[id] = entry }
  }

  /// The thread has ended: the process need not wait for it.
  static func release(_ id: UInt64) {
    // Bound outside, so that the object's own end does not come under the lock.
    let entry = awaited.withLock { $0.removeValue(forKey: id) }
    withExtendedLifetime(entry) {}
  }

  /// `thread` runs on the calling thread, from now on.
  static func begin(_ thread: CheckedThread, _ number: ThreadNumber) {
    running.withLock { $0[number.rawValue] = thread }
  }

  /// The thread of that number has done what it had to do.
  static func end(_ number: ThreadNumber) {
    let thread = running.withLock { $0.removeValue(forKey: number.rawValue) }
    withExtendedLifetime(thread) {}
  }

  /// The thread of that number; nil where it was not made here.
  static func thread(_ number: ThreadNumber) -> CheckedThread? {
    running.withLock { $0[number.rawValue] }
  }

  /// Waits, oldest first, until no thread of this process is left but the one that ends it.
  private static func joinAll() {
    let process = getpid()
    guard waiting.load(ordering: .relaxed) == process else { return }
    while true {
      let me = CheckedThread.current
      // Taken out, so that a thread that has ended and not yet said so here is joined once.
      let next = awaited.withLock { threads in
        threads.filter { $0.value.thread !== me && $0.value.process == process }.keys.min()
          .flatMap { threads.removeValue(forKey: $0) }
      }
      guard let next else { return }
      next.thread.joinAtExit()
    }
  }
}
