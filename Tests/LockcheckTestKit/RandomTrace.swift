public import LockcheckTrace

/// A random run of a random small program: every operation of the format, everything in it possible.
///
/// The state of each object is kept as the primitive itself would keep it, and each step picks a
/// thread and one thing that this thread can do just then.
public struct RandomTrace {
  /// What a random program is made of.
  public struct Shape: Sendable {
    /// How many threads, the first included, which forks and joins the others.
    public var threads = 3
    /// How many events at the most.
    public var events = 24
    /// How many locks.
    public var locks = 2
    /// How many variables.
    public var variables = 2
    /// The kinds of object to use besides locks and variables.
    public var kinds: [ObjectKind] = [
      .rlock, .rwlock, .semaphore, .condition, .event, .barrier, .queue,
    ]
    /// Whether variables are also used atomically.
    public var hasAtomics = true
    /// Whether threads open and close blocks meant to be atomic.
    public var hasBlocks = false
    /// Whether a thread may stay blocked when the trace ends.
    public var mayEndPending = true

    /// Makes the usual shape.
    public init() {}
  }

  private struct Waiter {
    var thread: ThreadID
    var isNotified = false
  }

  private enum Activity: Equatable {
    case unborn, running, gone
    case waiting(ObjectID)
    case pendingAcquire(ObjectID)
    case pendingJoin(ThreadID)
    case pendingGet(ObjectID)
    case pendingPut(ObjectID)
  }

  private var random: SeededGenerator
  private var trace = Trace()
  private let shape: Shape
  private var activity: [Activity] = []
  private var held: [[(lock: ObjectID, mode: LockMode)]] = []
  /// By thread: how many blocks are open.
  private var depth: [Int] = []
  private var waiters: [ObjectID: [Waiter]] = [:]
  private var flags: Set<ObjectID> = []
  private var flagWoken: [ObjectID: Set<ThreadID>] = [:]
  private var permits: [ObjectID: UInt64] = [:]
  private var items: [ObjectID: [UInt64]] = [:]
  private var nextItem: UInt64 = 1
  private var arrived: [ObjectID: [ThreadID]] = [:]
  private var leaving: [ObjectID: Set<ThreadID>] = [:]

  private let seed: UInt64

  private init(seed: UInt64, shape: Shape) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    self.shape = shape
  }

  /// The run of that seed.
  public static func make(seed: UInt64, shape: Shape = Shape()) -> Trace {
    var maker = RandomTrace(seed: seed, shape: shape)
    return maker.run()
  }

  private mutating func run() -> Trace {
    for number in 0..<shape.threads {
      trace.tables.threads.append(ThreadRow(name: "T\(number)"))
      activity.append(number == 0 ? .running : .unborn)
      held.append([])
      depth.append(0)
    }
    for number in 0..<shape.locks { add(.lock, "L\(number)") }
    for kind in shape.kinds { add(relative(of: kind), relative(of: kind).name) }
    for number in 0..<shape.variables { add(.variable, "x\(number)") }
    var attempts = 0
    while trace.events.count < shape.events, attempts < shape.events * 20 {
      attempts += 1
      step(ThreadID(Int.random(in: 0..<shape.threads, using: &random)))
    }
    return trace
  }

  /// In one run of four the kinds that differ from the usual ones in what they are called and not in
  /// what orders their events.
  private func relative(of kind: ObjectKind) -> ObjectKind {
    guard seed % 4 == 0 else { return kind }
    return kind == .queue ? .pool : kind == .event ? .future : kind
  }

  private mutating func add(_ kind: ObjectKind, _ name: String) {
    var details = ObjectDetails()
    switch kind {
    case .condition: details.lock = ObjectID(0)
    case .semaphore: details.value = UInt64.random(in: 0...2, using: &random)
    case .pool: details.workers = 2
    case .queue:
      details.capacity = UInt64.random(in: 0...2, using: &random)
      details.order = seed % 5 == 0 ? .lifo : seed % 5 == 1 ? .fifo : nil
    case .barrier: details.parties = 2
    default: break
    }
    let id = trace.tables.objects.append(kind: kind, name: name)
    trace.tables.objects[id] = details
    permits[id] = details.value
  }

  private mutating func emit(
    _ operation: Operation, _ thread: ThreadID, _ object: ObjectID = .absent,
    _ change: (inout Event) -> Void = { _ in }
  ) {
    var event = Event(operation, by: thread, on: object)
    change(&event)
    trace.events.append(event)
  }

  private mutating func coin() -> Bool { Bool.random(using: &random) }

  private mutating func step(_ thread: ThreadID) {
    switch activity[thread.index] {
    case .unborn, .gone: return
    case .waiting(let object): goOn(waitingOn: object, thread)
    case .pendingAcquire(let object): acquire(object, thread, isPendingAlready: true)
    case .pendingJoin(let child): join(child, thread, isPendingAlready: true)
    case .pendingGet(let queue): get(queue, thread, isPendingAlready: true)
    case .pendingPut(let queue): put(queue, thread, isPendingAlready: true)
    case .running: act(thread)
    }
  }

  private mutating func act(_ thread: ThreadID) {
    if shape.hasBlocks, Int.random(in: 0..<4, using: &random) == 0 { return border(thread) }
    let roll = Int.random(in: 0..<10, using: &random)
    if roll < 4 { return access(thread) }
    if roll == 4, thread.index == 0 { return manage() }
    if roll == 5, let last = held[thread.index].last { return release(last.lock, thread) }
    let place = Int.random(in: 0..<trace.tables.objects.count, using: &random)
    use(ObjectID(place), thread)
  }

  private mutating func access(_ thread: ThreadID) {
    let first = trace.tables.objects.count - shape.variables
    let variable = ObjectID(first + Int.random(in: 0..<shape.variables, using: &random))
    let plain: [Operation] = [.read, .write]
    let atomic: [Operation] = [.atomicRead, .atomicWrite, .atomicUpdate]
    let isAtomic = shape.hasAtomics && Int.random(in: 0..<5, using: &random) == 0
    emit((isAtomic ? atomic : plain).randomElement(using: &random)!, thread, variable)
  }

  /// A block begins or ends; one in five begins inside another.
  private mutating func border(_ thread: ThreadID) {
    if depth[thread.index] == 0 || Int.random(in: 0..<5, using: &random) == 0 {
      emit(.begin, thread)
      depth[thread.index] += 1
    } else {
      emit(.end, thread)
      depth[thread.index] -= 1
    }
  }

  /// The first thread forks or joins another.
  private mutating func manage() {
    let child = ThreadID(Int.random(in: 1..<shape.threads, using: &random))
    if activity[child.index] == .unborn {
      emit(.fork, ThreadID(0)) { $0.child = child }
      activity[child.index] = .running
      emit(.start, child)
    } else {
      join(child, ThreadID(0), isPendingAlready: false)
    }
  }

  private mutating func join(_ child: ThreadID, _ thread: ThreadID, isPendingAlready: Bool) {
    if activity[child.index] == .gone {
      emit(.join, thread) { $0.child = child }
      activity[thread.index] = .running
    } else if isPendingAlready {
      if held[child.index].isEmpty, activity[child.index] == .running {
        emit(.exit, child)
        activity[child.index] = .gone
      }
    } else if shape.mayEndPending || activity[child.index] == .running {
      emit(.join, thread) {
        $0.child = child
        $0.isPending = true
      }
      activity[thread.index] = .pendingJoin(child)
    }
  }

  private mutating func use(_ object: ObjectID, _ thread: ThreadID) {
    switch trace.tables.objects.kind(of: object) {
    case .lock, .rlock, .rwlock: acquire(object, thread, isPendingAlready: false)
    case .semaphore:
      coin() ? acquire(object, thread, isPendingAlready: false) : post(object, thread)
    case .condition: coin() ? wait(on: object, thread) : notify(object, thread)
    case .event, .future: useFlag(object, thread)
    case .barrier: arrive(object, thread)
    case .queue, .pool:
      coin() ? put(object, thread, isPendingAlready: false) : useQueue(object, thread)
    case .variable, .undetermined: access(thread)
    }
  }
}

// MARK: - Locks and semaphores

extension RandomTrace {
  private func isFree(_ lock: ObjectID, for thread: ThreadID, mode: LockMode) -> Bool {
    let kind = trace.tables.objects.kind(of: lock)
    for (place, locks) in held.enumerated() {
      for hold in locks where hold.lock == lock {
        if place == thread.index, kind == .rlock { continue }
        if mode == .shared, hold.mode == .shared { continue }
        return false
      }
    }
    return true
  }

  private mutating func acquire(_ object: ObjectID, _ thread: ThreadID, isPendingAlready: Bool) {
    let kind = trace.tables.objects.kind(of: object)
    let mode: LockMode = kind == .rwlock && coin() ? .shared : .exclusive
    let isMine = held[thread.index].contains { $0.lock == object }
    if isMine, kind != .rlock { return }
    let isFree =
      kind == .semaphore ? permits[object]! > 0 : isFree(object, for: thread, mode: mode)
    if isFree {
      emit(.acquire, thread, object) { $0.mode = mode }
      if kind == .semaphore {
        permits[object]! -= 1
      } else {
        held[thread.index].append((object, mode))
      }
      activity[thread.index] = .running
    } else if !isPendingAlready, coin() {
      emit(.acquire, thread, object) {
        $0.mode = mode
        $0.attempt = .try
        $0.result = .failed
      }
    } else if !isPendingAlready, shape.mayEndPending {
      emit(.acquire, thread, object) {
        $0.mode = mode
        $0.isPending = true
      }
      activity[thread.index] = .pendingAcquire(object)
    }
  }

  private mutating func release(_ lock: ObjectID, _ thread: ThreadID) {
    let place = held[thread.index].lastIndex { $0.lock == lock }!
    let hold = held[thread.index].remove(at: place)
    emit(.release, thread, lock) { $0.mode = hold.mode }
  }

  private mutating func post(_ semaphore: ObjectID, _ thread: ThreadID) {
    permits[semaphore]! += 1
    emit(.release, thread, semaphore)
  }
}

// MARK: - Conditions, events and barriers

extension RandomTrace {
  private static let conditionLock = ObjectID(0)

  private mutating func wait(on condition: ObjectID, _ thread: ThreadID) {
    guard held[thread.index].contains(where: { $0.lock == Self.conditionLock }) else { return }
    held[thread.index].removeAll { $0.lock == Self.conditionLock }
    emit(.wait, thread, condition) {
      $0.isPending = true
      $0.lock = Self.conditionLock
    }
    waiters[condition, default: []].append(Waiter(thread: thread))
    activity[thread.index] = .waiting(condition)
  }

  private mutating func notify(_ condition: ObjectID, _ thread: ThreadID) {
    guard held[thread.index].contains(where: { $0.lock == Self.conditionLock }) else { return }
    let count: UInt64? = coin() ? 1 : nil
    emit(.notify, thread, condition) {
      $0.count = count
      $0.lock = Self.conditionLock
    }
    var left = count ?? .max
    for place in (waiters[condition] ?? []).indices
    where left > 0 && !waiters[condition]![place].isNotified {
      waiters[condition]![place].isNotified = true
      left -= 1
    }
  }

  private mutating func useFlag(_ event: ObjectID, _ thread: ThreadID) {
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      emit(.set, thread, event)
      flags.insert(event)
      flagWoken[event] = Set(
        activity.indices.map { ThreadID($0) }.filter {
          activity[$0.index] == .waiting(event)
        }
      ).union(flagWoken[event] ?? [])
    case 1 where trace.tables.objects.kind(of: event).allows(.clear):
      emit(.clear, thread, event)
      flags.remove(event)
    default:
      if flags.contains(event) {
        emit(.wait, thread, event)
      } else if shape.mayEndPending {
        emit(.wait, thread, event) { $0.isPending = true }
        activity[thread.index] = .waiting(event)
      }
    }
  }

  private mutating func arrive(_ barrier: ObjectID, _ thread: ThreadID) {
    guard (leaving[barrier] ?? []).isEmpty else { return }
    arrived[barrier, default: []].append(thread)
    if arrived[barrier]!.count < 2 {
      emit(.wait, thread, barrier) { $0.isPending = true }
      activity[thread.index] = .waiting(barrier)
    } else {
      emit(.wait, thread, barrier)
      leaving[barrier] = Set(arrived[barrier]!.filter { $0 != thread })
      arrived[barrier] = []
    }
  }

  private mutating func goOn(waitingOn object: ObjectID, _ thread: ThreadID) {
    switch trace.tables.objects.kind(of: object) {
    case .condition:
      let place = waiters[object]!.firstIndex { $0.thread == thread }!
      guard waiters[object]![place].isNotified,
        isFree(Self.conditionLock, for: thread, mode: .exclusive)
      else { return }
      waiters[object]!.remove(at: place)
      held[thread.index].append((Self.conditionLock, .exclusive))
      emit(.wait, thread, object) { $0.lock = Self.conditionLock }
    case .event, .future:
      guard flags.contains(object) || flagWoken[object]?.contains(thread) == true else { return }
      flagWoken[object]?.remove(thread)
      emit(.wait, thread, object)
    default:
      guard leaving[object]?.contains(thread) == true else { return }
      leaving[object]!.remove(thread)
      emit(.wait, thread, object)
    }
    activity[thread.index] = .running
  }
}

// MARK: - Queues

extension RandomTrace {
  private mutating func put(_ queue: ObjectID, _ thread: ThreadID, isPendingAlready: Bool) {
    let capacity = trace.tables.objects[queue].capacity ?? 0
    if capacity == 0 || items[queue, default: []].count < Int(capacity) {
      let item = nextItem
      nextItem += 1
      items[queue, default: []].append(item)
      emit(.put, thread, queue) { $0.item = item }
      activity[thread.index] = .running
    } else if !isPendingAlready, shape.mayEndPending {
      emit(.put, thread, queue) { $0.isPending = true }
      activity[thread.index] = .pendingPut(queue)
    }
  }

  private mutating func useQueue(_ queue: ObjectID, _ thread: ThreadID) {
    if coin() {
      get(queue, thread, isPendingAlready: false)
    } else {
      emit(.taskDone, thread, queue)
    }
  }

  private mutating func get(_ queue: ObjectID, _ thread: ThreadID, isPendingAlready: Bool) {
    let isLast = trace.tables.objects[queue].order == .lifo
    if let item = isLast ? items[queue]?.last : items[queue]?.first {
      items[queue]!.removeAll { $0 == item }
      emit(.get, thread, queue) { $0.item = item }
      activity[thread.index] = .running
    } else if !isPendingAlready, shape.mayEndPending {
      emit(.get, thread, queue) { $0.isPending = true }
      activity[thread.index] = .pendingGet(queue)
    }
  }
}
