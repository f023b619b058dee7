import LockcheckTrace

/// Takes the events of a run in, for a ``HangModel``.
struct HangModelBuilder {
  private(set) var steps: ContiguousArray<HangStep> = []
  private(set) var threads: ContiguousArray<Int32> = []
  private(set) var needs: [Int32: [Int32]] = [:]
  private(set) var forkOfFirst: [Int32: Int32] = [:]
  private(set) var births: [[Int32]]
  private(set) var objects: [ObjectID] = []
  private(set) var initial: [HangObject] = []
  private(set) var isWatched: [Bool] = []
  private(set) var isHandover: [Bool] = []
  /// By object: whether an acquire of it gave up.
  private(set) var hasTries: [Bool] = []
  /// By object: the only thread that uses it, or -2.
  private(set) var users: [Int32] = []

  private let tables: TraceTables
  private var numbers: ContiguousArray<Int32>
  private var marks: [Int32] = []
  /// By thread: its latest event, how many there were, and whether it has exited or was joined since.
  private var last: ContiguousArray<Int32>
  private var counts: ContiguousArray<Int32>
  private var isOver: [Bool]
  /// By thread: what its next event needs.
  private var newNeeds: [Int32: [Int32]] = [:]
  private var latestFork: ContiguousArray<Int32>
  /// By variable: the latest write; by object: when it was created.
  private var written: [Int32: Int32] = [:]
  private var created: [Int32: Int32] = [:]
  private var knownAsMade: Set<[Int32]> = []
  /// By queue: the puts, and how many of their items were got.
  private var puts: [Int32: [(place: Int32, item: UInt64?)]] = [:]
  private var gets: [Int32: Int] = [:]
  /// By thread: how deep it holds which locks, and how deep the one that its wait gave up.
  private var depths: [[Int32: Int32]]
  private var givenUp: [Int32: Int32] = [:]

  init(tables: TraceTables) {
    self.tables = tables
    let threadCount = tables.threads.count
    births = Array(repeating: [], count: threadCount)
    numbers = ContiguousArray(repeating: -1, count: tables.objects.count)
    last = ContiguousArray(repeating: -1, count: threadCount)
    counts = ContiguousArray(repeating: 0, count: threadCount)
    isOver = Array(repeating: false, count: threadCount)
    latestFork = last
    depths = Array(repeating: [:], count: threadCount)
  }

  func ends(_ thread: ThreadID) -> Bool { isOver[thread.index] }

  /// By thread: the end of a wait whose beginning is the last that the trace has of it.
  var openWaits: [Int: HangStep] {
    var open: [Int: HangStep] = [:]
    for thread in last.indices where last[thread] >= 0 {
      var step = steps[Int(last[thread])]
      switch step.action {
      case .beginWait: step.action = .endWait
      case .beginFlag: step.action = .awaitFlag
      case .arrive: step.action = .leave
      default: continue
      }
      step.hasNeeds = false
      step.isLastWord = true
      open[thread] = step
    }
    return open
  }

  mutating func add(_ event: Event) {
    let place = Int32(steps.count)
    let thread = Int32(event.thread.index)
    var step = HangStep(place: place)
    if let needed = newNeeds.removeValue(forKey: thread) {
      need(needed, &step)
      forkOfFirst[place] = needed.last { steps[Int($0)].action == .fork }
    }
    // The one before has an end: it was no last word.
    if last[Int(thread)] >= 0 { settle(Int(last[Int(thread)])) }
    if event.operation.namesThread {
      follow(event, &step)
    } else if event.operation.namesObject, event.object.isPresent {
      use(event, thread, &step)
    }
    if event.operation == .exit { isOver[Int(thread)] = true } else { isOver[Int(thread)] = false }
    steps.append(step)
    threads.append(thread)
    last[Int(thread)] = place
    counts[Int(thread)] += 1
  }

  /// What a thread was about to do when it did something else after all: the end tells what came of it.
  private mutating func settle(_ place: Int) {
    guard steps[place].isLastWord else { return }
    steps[place].isLastWord = false
    steps[place].canWait = false
    steps[place].action = .silent
  }

  private mutating func need(_ places: [Int32], _ step: inout HangStep) {
    needs[step.place, default: []] += places
    step.hasNeeds = true
  }

  private mutating func follow(_ event: Event, _ step: inout HangStep) {
    let child = Int32(event.child.index)
    guard counts.indices.contains(Int(child)) else { return step.action = .unknown }
    step.object = child
    if event.operation == .fork {
      guard !event.isPending else { return }
      step.action = event.isEffective ? .fork : .unknown
      guard event.isEffective else { return }
      births[Int(child)].append(step.place)
      latestFork[Int(child)] = step.place
      isOver[Int(child)] = false
      if child != Int32(event.thread.index) { newNeeds[child, default: []].append(step.place) }
      return
    }
    if latestFork[Int(child)] >= 0 { need([latestFork[Int(child)]], &step) }
    step.count = counts[Int(child)]
    step.canWait = event.attempt == .blocking && event.result == .success
    step.isLastWord = event.isPending
    switch event.result {
    case .success: step.action = .join
    case .timeout, .failed: step.action = .joinGivenUp
    case .error: step.action = .joinRefused
    }
    if event.isEffective, child != Int32(event.thread.index) {
      isOver[Int(child)] = true
      newNeeds[child, default: []].append(step.place)
    }
  }
}

// MARK: - Objects

extension HangModelBuilder {
  private mutating func number(_ object: ObjectID, _ thread: Int32) -> Int32 {
    if numbers[object.index] < 0 {
      numbers[object.index] = Int32(objects.count)
      objects.append(object)
      initial.append(Self.initial(object, tables))
      isWatched.append(false)
      isHandover.append(tables.objects[object].handover == true)
      hasTries.append(false)
      users.append(thread)
      marks.append(0)
    }
    let number = numbers[object.index]
    if users[Int(number)] != thread { users[Int(number)] = -2 }
    return number
  }

  private static func initial(_ object: ObjectID, _ tables: TraceTables) -> HangObject {
    let details = tables.objects[object]
    switch tables.objects.kind(of: object) {
    case .lock, .rlock, .rwlock: return .lock(HangLock())
    case .semaphore: return .permits(details.value.map { Int64(clamping: $0) } ?? .max / 2)
    case .condition: return .condition([])
    case .event, .future: return .flag(HangFlag())
    case .barrier:
      return .barrier(HangBarrier(parties: max(1, Int32(clamping: details.parties ?? 1))))
    case .queue, .pool:
      return .queue(HangQueue(capacity: Int64(clamping: details.capacity ?? 0)))
    case .variable: return .variable(-1)
    case .undetermined: return .plain
    }
  }

  private mutating func use(_ event: Event, _ thread: Int32, _ step: inout HangStep) {
    let object = number(event.object, thread)
    step.object = object
    needCreation(of: object, by: thread, &step)
    let kind = tables.objects.kind(of: event.object)
    if event.isPending, event.operation != .wait {
      step.isLastWord = event.attempt == .blocking
      step.canWait = true
      if !step.isLastWord { return step.object = -1 }
    } else {
      step.turn = marks[Int(object)]
      marks[Int(object)] += 1
      step.canWait = event.attempt == .blocking && event.result == .success
    }
    switch event.operation {
    case .create: create(&step)
    case .destroy: watch(&step)
    case _ where !kind.allows(event.operation): step.action = .unknown
    case .wait where kind == .condition: wait(event, thread, &step)
    case .acquire, .release: takeOrGive(event, kind, thread, &step)
    case .put, .get: transfer(event, &step)
    case _ where event.operation.isAccess: access(event, &step)
    default: signal(event, kind, &step)
    }
    if !event.isPending, event.result == .error, step.action != .putRefused,
      step.action != .getRefused, kind != .variable
    {
      watch(&step)
    }
  }

  private mutating func watch(_ step: inout HangStep) {
    step.action = .samePast
    step.lock = -1
    isWatched[Int(step.object)] = true
  }

  private mutating func needCreation(of object: Int32, by thread: Int32, _ step: inout HangStep) {
    guard let creation = created[object], threads[Int(creation)] != thread,
      knownAsMade.insert([object, thread, creation]).inserted
    else { return }
    need([creation], &step)
  }

  private mutating func create(_ step: inout HangStep) {
    let object = step.object
    created[object] = step.place
    if case .variable = initial[Int(object)], step.turn == 0 {
      step.action = .write
      written[object] = step.place
    } else if step.turn == 0 {
      step.action = .mark
    } else {
      watch(&step)
      written[object] = step.place
      // What is left of what it was is not plain.
      if case .variable = initial[Int(object)] {} else { initial[Int(object)] = .plain }
    }
  }

  private mutating func access(_ event: Event, _ step: inout HangStep) {
    guard !event.isPending else { return }
    let isWrite = event.operation != .read && event.operation != .atomicRead && event.isEffective
    let isRead =
      event.operation != .write && event.operation != .atomicWrite || !event.isEffective
    step.source = written[step.object] ?? -1
    step.action = isWrite ? (isRead ? .update : .write) : .read
    if isWrite { written[step.object] = step.place }
  }

  private mutating func takeOrGive(
    _ event: Event, _ kind: ObjectKind, _ thread: Int32, _ step: inout HangStep
  ) {
    let isTaken = event.result == .success
    guard kind.isLock else {
      step.count = Int32(clamping: event.count ?? 1)
      let details = tables.objects[event.object]
      if event.operation == .release {
        step.action = .give
        step.source = details.bound.map { Int32(clamping: $0) } ?? -1
      } else {
        step.action = isTaken ? .take : .takeGivenUp
      }
      if details.value == nil, event.operation == .acquire { watch(&step) }
      return
    }
    let isShared = event.mode == .shared
    let lock = step.object
    if event.operation == .release {
      step.action = isShared ? .releaseShared : .release
      if event.isEffective { depths[Int(thread)][lock, default: 0] -= 1 }
    } else if isTaken {
      step.action = isShared ? .acquireShared : .acquire
      let depth = depths[Int(thread)][lock] ?? 0
      step.count = event.isPending ? (kind == .rlock ? depth : 0) : depth
      if !event.isPending { depths[Int(thread)][lock] = depth + 1 }
    } else {
      step.action = isShared ? .acquireSharedGivenUp : .acquireGivenUp
      hasTries[Int(lock)] = true
    }
  }

  private mutating func wait(_ event: Event, _ thread: Int32, _ step: inout HangStep) {
    let lock = event.lock.ifPresent ?? tables.objects[event.object].lock?.ifPresent
    if let lock {
      step.lock = number(lock, thread)
      needCreation(of: step.lock, by: thread, &step)
      step.lockTurn = marks[Int(step.lock)]
      marks[Int(step.lock)] += 1
    }
    if event.isPending {
      step.action = .beginWait
      if step.lock >= 0 {
        givenUp[thread] = depths[Int(thread)].removeValue(forKey: step.lock) ?? 1
      }
      step.count = givenUp[thread] ?? 1
      return
    }
    guard let depth = givenUp.removeValue(forKey: thread) else {
      // Its beginning was not recorded.
      return watch(&step)
    }
    step.count = depth
    if step.lock >= 0 { depths[Int(thread)][step.lock] = depth }
    step.action = event.result == .success ? .endWait : .endWaitGivenUp
  }

  private mutating func transfer(_ event: Event, _ step: inout HangStep) {
    let isPut = event.operation == .put
    switch event.result {
    case .success: step.action = isPut ? .put : .get
    case .timeout, .failed: step.action = isPut ? .putGivenUp : .getGivenUp
    case .error: step.action = isPut ? .putRefused : .getRefused
    }
    guard event.isEffective else { return }
    if isPut {
      puts[step.object, default: []].append((step.place, event.item))
    } else {
      let number = gets[step.object] ?? 0
      gets[step.object] = number + 1
      guard let put = puts[step.object], number < put.count else { return }
      let isOther = put[number].item != nil && event.item != nil && put[number].item != event.item
      if !isOther { step.source = put[number].place }
    }
  }

  /// What is done to conditions, events, barriers and queues, apart from a condition's wait.
  private mutating func signal(_ event: Event, _ kind: ObjectKind, _ step: inout HangStep) {
    let isThrough = event.result == .success
    switch event.operation {
    case .notify:
      step.action = .notify
      step.count = Int32(clamping: event.count ?? .max)
    case .set: step.action = .set
    case .clear: step.action = .clear
    case .wait where kind.isFlag:
      step.action = event.isPending ? .beginFlag : isThrough ? .awaitFlag : .awaitFlagGivenUp
    case .wait:
      step.action = event.isPending ? .arrive : isThrough ? .leave : .unknown
      if (tables.objects[event.object].parties ?? 0) == 0 { watch(&step) }
    case .taskDone: step.action = .taskDone
    case .queueJoin: step.action = isThrough ? .joinQueue : .joinQueueGivenUp
    case .close: step.action = .close
    default: break
    }
  }
}
