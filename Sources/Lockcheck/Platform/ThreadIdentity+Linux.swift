internal import Glibc
internal import Synchronization

/// A table with something of each thread.
protocol PerThreadTable: AnyObject, Sendable {
  /// The thread ends.
  func forget(_ thread: ThreadIdentity.ID)
}

/// The calling thread as long as it lives, and what is to be forgotten when it ends.
///
/// The system's own numbers are used again; these are not.
final class ThreadIdentity: Sendable {
  /// A number that no other thread has or had.
  typealias ID = UInt64

  let id: ID
  private let tables = Mutex<[Table]>([])

  private struct Table: Sendable {
    weak let table: (any PerThreadTable)?
  }

  private static let lastID = Atomic<UInt64>(0)
  /// Holds each thread's identity, and lets go of it at the thread's end.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let result = unsafe pthread_key_create(&key) { pointer in
      guard let pointer = unsafe pointer else { return }
      unsafe Unmanaged<ThreadIdentity>.fromOpaque(pointer).takeRetainedValue().end()
    }
    guard result == 0 else { fatalError("lockcheck: no thread-local storage is left") }
    return key
  }()

  private init() { id = Self.lastID.add(1, ordering: .relaxed).newValue }

  /// The calling thread's. At a thread's very end it may be made anew, for what its other values do as
  /// they go; the system then ends that, too.
  static var current: ThreadIdentity {
    if let known = unsafe pthread_getspecific(key) {
      return unsafe Unmanaged<ThreadIdentity>.fromOpaque(known).takeUnretainedValue()
    }
    let identity = ThreadIdentity()
    unsafe pthread_setspecific(key, Unmanaged.passRetained(identity).toOpaque())
    return identity
  }

  /// The table has something of this thread now.
  func note(_ table: any PerThreadTable) {
    tables.withLock { tables in
      if tables.count > 32 { tables.removeAll { $0.table == nil } }
      tables.append(Table(table: table))
    }
  }

  /// The calling thread ends as far as the program can see.
  static func endCurrent() {
    guard let known = unsafe pthread_getspecific(key) else { return }
    pthread_setspecific(key, nil)
    unsafe Unmanaged<ThreadIdentity>.fromOpaque(known).takeRetainedValue().end()
  }

  private func end() {
    for table in tables.withLock({ $0 }) { table.table?.forget(id) }
  }
}
