public import LockcheckTrace

/// A random run of threads that queue for locks, with times: holds short and long, each lock handed to who
/// waits longest, or snatched by who comes first.
public struct RandomQueue {
  private var random: SeededGenerator
  private var trace = Trace()
  private var now: UInt64 = 0
  /// By lock.
  private var owners: [ThreadID?]
  private var queues: [[ThreadID]]
  /// By thread: the lock that it waits for, and the levels of each that it holds.
  private var wanted: [Int?]
  private var levels: [[Int]]

  /// The run of that seed: `events` events of `threads` threads on `locks` recursive locks.
  public static func make(
    seed: UInt64, threads: Int, locks: Int, events: Int
  ) -> Trace {
    var run = RandomQueue(seed: seed, threads: threads, locks: locks)
    while run.trace.events.count < events { run.step() }
    return run.trace
  }

  private init(seed: UInt64, threads: Int, locks: Int) {
    random = SeededGenerator(seed: seed)
    owners = Array(repeating: nil, count: locks)
    queues = Array(repeating: [], count: locks)
    wanted = Array(repeating: nil, count: threads)
    levels = Array(repeating: Array(repeating: 0, count: locks), count: threads)
    for number in 0..<threads { trace.tables.threads.append(ThreadRow(name: "T\(number)")) }
    for number in 0..<locks { _ = trace.tables.objects.append(kind: .rlock, name: "L\(number)") }
    for number in 0..<3 {
      trace.tables.frames.append(Frame(function: "f\(number)"))
      trace.tables.stacks.append(CallStack([FrameID(number)]))
    }
  }

  private mutating func step() {
    let thread = Int.random(in: 0..<wanted.count, using: &random)
    if let lock = wanted[thread] {
      guard owners[lock] == nil, queues[lock].first?.index == thread || isOneIn(8) else { return }
      wanted[thread] = nil
      queues[lock].removeAll { $0.index == thread }
      take(lock, thread)
      return
    }
    let held = levels[thread].indices.filter { levels[thread][$0] > 0 }
    if let lock = held.last, !isOneIn(6) {
      levels[thread][lock] -= 1
      if levels[thread][lock] == 0 { owners[lock] = nil }
      emit(.release, thread, lock)
      return
    }
    // Locks in order, so that nobody is stuck.
    let lock = Int.random(in: 0..<owners.count, using: &random)
    guard lock >= held.last ?? 0 else { return }
    if levels[thread][lock] > 0 || (owners[lock] == nil && (queues[lock].isEmpty || isOneIn(8))) {
      take(lock, thread)
    } else {
      wanted[thread] = lock
      queues[lock].append(ThreadID(thread))
      emit(.acquire, thread, lock, isPending: true)
    }
  }

  private mutating func take(_ lock: Int, _ thread: Int) {
    owners[lock] = ThreadID(thread)
    levels[thread][lock] += 1
    emit(.acquire, thread, lock)
  }

  private mutating func isOneIn(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }

  private mutating func emit(
    _ operation: Operation, _ thread: Int, _ lock: Int, isPending: Bool = false
  ) {
    now += isOneIn(30) ? 12_000_000 : UInt64.random(in: 0...40_000, using: &random)
    var event = Event(
      operation, by: ThreadID(thread), on: ObjectID(lock),
      at: StackID(Int.random(in: 0..<3, using: &random)))
    event.isPending = isPending
    event.time = isOneIn(200) ? nil : now
    trace.events.append(event)
  }
}
