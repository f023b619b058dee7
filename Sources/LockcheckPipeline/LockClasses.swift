import LockcheckAnalysis
import LockcheckFindings
import LockcheckTrace

/// What is taken for the same lock, and for the same thread, in several runs of a program.
///
/// Locks: those of one kind with one name, or nameless with one birthplace. Threads: those with one
/// name that no run gives to two threads, and nameless ones that a run begins with.
struct LockClasses {
  private(set) var runs: [MergedRun] = []
  /// Classes of which a run has several locks.
  private(set) var ambiguous: Set<ObjectID> = []

  /// - Parameter traces: The requests of each run, with tables in which the birthplaces of nameless
  ///   locks are resolved.
  /// - Complexity: Linear in objects and threads.
  init(_ traces: [(requests: LockRequests, tables: TraceTables)]) {
    var numbers: [String: ObjectID] = [:]
    var threadNumbers: [String: ThreadID] = [:]
    let shared = Self.ambiguousNames(of: traces.map(\.tables))
    for (requests, tables) in traces {
      var locks: [ObjectID: ObjectID] = [:]
      for lock in requests.locks where lock.index < tables.objects.count {
        guard let name = tables.lastingName(of: lock) else { continue }
        let number = numbers[name] ?? ObjectID(numbers.count)
        numbers[name] = number
        locks[lock] = number
      }
      var threads: [ThreadID: ThreadID] = [:]
      for index in tables.threads.indices {
        var name = tables.threads[index].name.map { "named \($0)" } ?? ""
        if name.isEmpty, ThreadID(index) == requests.firstThread { name = "first" }
        guard !name.isEmpty, !shared.contains(name) else { continue }
        let number = threadNumbers[name] ?? ThreadID(threadNumbers.count)
        threadNumbers[name] = number
        threads[ThreadID(index)] = number
      }
      runs.append(MergedRun(requests: requests, lockClasses: locks, threadClasses: threads))
      for name in Self.repeatedLocks(in: tables) {
        if let number = numbers[name] { ambiguous.insert(number) }
      }
    }
  }

  /// The names that a run gives to several of its threads.
  private static func ambiguousNames(of tables: [TraceTables]) -> Set<String> {
    var shared: Set<String> = []
    for table in tables {
      var seen: Set<String> = []
      for case let name? in table.threads.lazy.map(\.name) where !seen.insert(name).inserted {
        shared.insert("named \(name)")
      }
    }
    return shared
  }

  /// The lasting names that several locks of a run have.
  private static func repeatedLocks(in tables: TraceTables) -> [String] {
    var seen: Set<String> = []
    var repeated: Set<String> = []
    // Many locks are made in one place: their name is put together once or twice.
    var births: [Birth: Int] = [:]
    for object in tables.objects.kinds.indices.lazy.map({ ObjectID($0) })
    where tables.objects.kind(of: object).canBeHeld {
      let birth = Birth(
        kind: tables.objects.kind(of: object), name: tables.objects.name(of: object),
        stack: tables.objects.stack(of: object))
      births[birth, default: 0] += 1
      guard births[birth, default: 0] <= 2, let name = tables.lastingName(of: object) else {
        continue
      }
      if !seen.insert(name).inserted { repeated.insert(name) }
    }
    return Array(repeated)
  }

  private struct Birth: Hashable {
    var kind: ObjectKind
    var name: String?
    var stack: StackID
  }
}

extension ObjectKind {
  /// Whether it can be held: locks, and semaphores, some of which are locks by another name.
  var canBeHeld: Bool { isLock || self == .semaphore }
}
