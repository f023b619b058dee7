import ArgumentParser

/// A program that is run in several ways.
enum ProgramRow: String, CaseIterable, ExpressibleByArgument {
  case pair, nested, contended
  case pingPong = "ping-pong"
  case privateMemory = "private"
  case sharedRead = "shared-read"
  case sharedWrite = "shared-write"
  case blocks, sweep
  case pigz, pbzip2, memcached
  case memcachedBatches = "memcached-batches"
  case swift, python

  /// What sort of program it is.
  enum Sort {
    /// Locks and conditions, nothing else.
    case locks
    /// Accesses to memory.
    case memory
    /// A program that somebody uses.
    case real
  }

  var sort: Sort {
    switch self {
    case .pair, .nested, .contended, .pingPong: .locks
    case .privateMemory, .sharedRead, .sharedWrite, .blocks, .sweep: .memory
    case .pigz, .pbzip2, .memcached, .memcachedBatches, .swift, .python: .real
    }
  }

  /// How often it does what it does, when it is run plain: pairs, steps, requests, jobs, or KiB of a file.
  var count: Int {
    switch self {
    case .pair, .nested: 1_000_000
    case .contended: 400_000
    case .pingPong: 20_000
    case .privateMemory, .sharedRead: 8_000_000
    case .sharedWrite, .blocks: 400_000
    case .sweep: 8 << 20
    case .pigz: 16 << 10
    case .pbzip2: 4 << 10
    case .memcached: 100_000
    case .memcachedBatches: 200_000
    case .swift: 100_000
    case .python: 4000
    }
  }

  /// How many requests a client of it sends before it waits for the answers; nil where it is no server.
  var batch: Int? {
    switch self {
    case .memcached: 1
    case .memcachedBatches: 16
    default: nil
    }
  }

  /// What it does, for the table.
  var description: String {
    switch self {
    case .pair: "a lock pair"
    case .nested: "nested pairs, each"
    case .contended: "a pair that two threads want"
    case .pingPong: "a turn under a condition"
    case .privateMemory: "a step in private memory"
    case .sharedRead: "a read that two threads share"
    case .sharedWrite: "two shared writes under a lock"
    case .blocks: "a block of memory and two writes"
    case .sweep: "a step through 4 MiB"
    case .pigz: "pigz -p 2"
    case .pbzip2: "pbzip2 -p2"
    case .memcached: "memcached -t 2"
    case .memcachedBatches: "memcached -t 2, 16 requests at a time"
    case .swift: "Swift, queue and locks"
    case .python: "python3, queue and lock"
    }
  }
}

/// A way to run a program.
enum ProgramWay: String, CaseIterable {
  case plain
  /// With the library in front of the C library: synchronization only.
  case recorded
  /// Compiled for accesses, and linked with the library.
  case accesses = "with accesses"
  case sanitizer = "ThreadSanitizer"
  case helgrind = "Helgrind"

  /// The part of the work that is done, so that a slow one comes to an end.
  func share(of row: ProgramRow) -> Int {
    guard self == .helgrind else { return 1 }
    return row.sort == .real ? 16 : 50
  }
}
