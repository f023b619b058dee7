import LockcheckAnalysis
public import LockcheckTrace

/// A random run of a random small program of nested critical sections, to predict from.
///
/// Every thread has come to its end and holds nothing: whatever goes wrong, goes wrong in another
/// schedule.
public struct RandomSections {
  /// What the programs are made of.
  public struct Shape: Sendable {
    /// How many events at the most.
    public var events = 18
    /// Out of twelve things that a thread does outside a section, how many are accesses.
    public var looseAccesses = 2
    /// Out of twelve things that it does inside one, how many are to enter another.
    public var nesting = 7
    /// How many locks at the least.
    public var fewestLocks = 2
    /// Whether threads are forked and joined, in some of the programs.
    public var hasForks = true
    /// How many variables there are besides the others that are used atomically.
    public var atomics = 0
    /// Whether some acquires are only tries, and some locks rwlocks.
    public var hasVariety = false

    /// Two to four threads that take locks in different orders, and a few accesses that carry data.
    public static let deadlocks = Shape()

    /// The same, with tries and shared sections.
    public static let variedDeadlocks: Shape = {
      var shape = Shape()
      shape.hasVariety = true
      return shape
    }()

    /// Mostly accesses inside sections, some outside.
    public static let races: Shape = {
      var shape = Shape()
      (shape.events, shape.looseAccesses, shape.nesting, shape.fewestLocks) = (16, 6, 2, 1)
      return shape
    }()
  }

  private var random: SeededGenerator
  private let shape: Shape
  private var trace = Trace()
  /// By thread: what it does, in its order.
  private var programs: [[Event]] = []
  private var locks = 0
  private var variables = 0

  private init(_ random: SeededGenerator, _ shape: Shape) {
    self.random = random
    self.shape = shape
  }

  /// The run of that seed.
  public static func make(seed: UInt64, shape: Shape) -> Trace {
    var random = SeededGenerator(seed: seed)
    while true {
      var maker = RandomSections(SeededGenerator(seed: random.next()), shape)
      maker.write()
      // A program that only ever gets stuck is not one to predict from.
      for _ in 0..<8 where maker.run() { return maker.trace }
    }
  }

  /// A run in which happens-before orders all conflicting accesses, some of them without a common
  /// lock: what can be wrong with it is hard to find.
  public static func makeHard(seed: UInt64) -> Trace {
    var random = SeededGenerator(seed: seed)
    while true {
      let trace = make(seed: random.next(), shape: .races)
      let isRacy = !analyze(trace, with: [FastTrackDetector()]).findings.isEmpty
      if !isRacy, !analyze(trace, with: [LocksetDetector()]).findings.isEmpty { return trace }
    }
  }

  private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &random) }
}

// MARK: - The program

extension RandomSections {
  private mutating func write() {
    let threads = 2 + roll(3)
    locks = shape.fewestLocks + roll(3)
    variables = 1 + roll(3) + shape.atomics
    for number in 0..<threads {
      trace.tables.threads.append(ThreadRow(name: "T\(number)"))
      programs.append([])
    }
    for number in 0..<locks {
      let kind: ObjectKind = shape.hasVariety && roll(3) == 0 ? .rwlock : .lock
      _ = trace.tables.objects.append(kind: kind, name: "L\(number)")
    }
    for number in 0..<variables {
      _ = trace.tables.objects.append(kind: .variable, name: "x\(number)")
    }
    let forked = shape.hasForks && roll(2) == 0 ? 1 + roll(threads - 1) : 0
    let share = (shape.events - 2 * forked) / threads
    for thread in programs.indices { writeThread(thread, share) }
    for child in (threads - forked)..<threads { bear(ThreadID(child)) }
  }

  private mutating func writeThread(_ thread: Int, _ share: Int) {
    var left = share
    while left > 0 {
      if left < 2 || roll(12) < shape.looseAccesses {
        access(thread, &left)
      } else {
        section(thread, &left, around: [])
      }
    }
  }

  private mutating func access(_ thread: Int, _ left: inout Int) {
    let variable = roll(variables)
    let operation: Operation =
      variable < shape.atomics ? atomicOperation() : roll(2) == 0 ? .read : .write
    programs[thread].append(
      Event(operation, by: ThreadID(thread), on: ObjectID(locks + variable)))
    left -= 1
  }

  /// Mostly looks at a flag.
  private mutating func atomicOperation() -> Operation {
    [.atomicRead, .atomicRead, .atomicRead, .atomicWrite, .atomicUpdate][roll(5)]
  }

  private mutating func section(_ thread: Int, _ left: inout Int, around: [Int]) {
    var lock = roll(locks)
    while around.contains(lock) { lock = roll(locks) }
    var acquire = Event(.acquire, by: ThreadID(thread), on: ObjectID(lock))
    if trace.tables.objects.kind(of: acquire.object) == .rwlock, roll(2) == 0 {
      acquire.mode = .shared
    }
    if shape.hasVariety, roll(8) == 0 { acquire.attempt = .try }
    programs[thread].append(acquire)
    left -= 2
    let held = around + [lock]
    while left > 0, roll(4) > 0 {
      if left >= 2, held.count < min(3, locks), roll(12) < shape.nesting {
        section(thread, &left, around: held)
      } else {
        access(thread, &left)
      }
    }
    var release = Event(.release, by: ThreadID(thread), on: ObjectID(lock))
    release.mode = acquire.mode
    programs[thread].append(release)
  }

  /// Has a thread forked by one before it, and joined by that one or another, wherever they are just
  /// then: inside their sections too.
  private mutating func bear(_ child: ThreadID) {
    let parent = roll(child.index)
    var fork = Event(.fork, by: ThreadID(parent))
    fork.child = child
    // The first half of it, so that something is left to race and to deadlock with.
    let place = roll(programs[parent].count / 2 + 1)
    programs[parent].insert(fork, at: place)
    let joiner = roll(2) == 0 ? parent : roll(child.index)
    var join = Event(.join, by: ThreadID(joiner))
    join.child = child
    let first = joiner == parent ? place + 1 : 0
    let count = programs[joiner].count
    programs[joiner].insert(join, at: first + roll(count - first + 1))
  }
}

// MARK: - The run

extension RandomSections {
  /// Runs the program, each thread for a while; false where it gets stuck.
  private mutating func run() -> Bool {
    trace.events = []
    var done = programs.map { _ in 0 }
    var thread = roll(programs.count)
    while let next = (0..<programs.count).first(where: { isAble(rotated(thread, $0), done) }) {
      thread = rotated(thread, next)
      trace.events.append(programs[thread][done[thread]])
      done[thread] += 1
      if roll(3) == 0 { thread = roll(programs.count) }
    }
    return trace.events.count == programs.reduce(0) { $0 + $1.count }
  }

  private func rotated(_ thread: Int, _ step: Int) -> Int { (thread + step) % programs.count }

  private func isAble(_ thread: Int, _ done: [Int]) -> Bool {
    guard done[thread] < programs[thread].count else { return false }
    let isChild = programs.contains { program in
      program.contains { $0.operation == .fork && $0.child.index == thread }
    }
    let isForked = trace.events.contains { $0.operation == .fork && $0.child.index == thread }
    guard isForked || !isChild else { return false }
    let event = programs[thread][done[thread]]
    if event.operation == .join {
      let child = event.child.index
      let isBorn = trace.events.contains { $0.operation == .fork && $0.child.index == child }
      return isBorn && done[child] == programs[child].count
    }
    return event.operation != .acquire || isFree(event)
  }

  private func isFree(_ acquire: Event) -> Bool {
    var holders = 0
    for event in trace.events where event.object == acquire.object {
      if event.mode == .shared, acquire.mode == .shared { continue }
      holders += event.operation == .acquire ? 1 : -1
    }
    return holders == 0
  }
}
