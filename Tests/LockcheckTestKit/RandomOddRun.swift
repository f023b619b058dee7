public import LockcheckTrace

/// A random run with what programs seldom do, or cannot do: threads that are made again, objects that
/// end and begin again, waits that give up, locks given back by others, counts that do not add up.
///
/// Every thread mostly does what the objects, as it sees them, let it do; now and then it does it all
/// the same.
public struct RandomOddRun {
  private var random: SeededGenerator
  private var trace = Trace()
  /// Out of how many steps one takes no notice of what is possible.
  private let oddity: Int
  private var objects = OddObjects()
  /// By thread: what it is about to do.
  private var pending: [Event?] = []
  private var isThere: [Bool] = []
  private var last = 0
  private var nextItem: UInt64 = 1

  private init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    oddity = [1000, 40, 12, 4].randomElement(using: &random)!
  }

  /// The run of that seed, of 12 to 24 events.
  public static func make(seed: UInt64) -> Trace {
    var maker = RandomOddRun(seed: seed)
    maker.declare()
    let count = 12 + maker.roll(13)
    var attempts = 0
    while maker.trace.events.count < count, attempts < 400 {
      attempts += 1
      maker.step()
    }
    return maker.trace
  }

  /// Events of that seed that have nothing to do with one another: anything that a reader lets pass.
  public static func makeNonsense(seed: UInt64) -> Trace {
    var maker = RandomOddRun(seed: seed)
    maker.declare()
    for _ in 0..<12 + maker.roll(20) { maker.trace.events.append(maker.nonsense()) }
    return maker.trace
  }

  private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &random) }

  private mutating func isRare(_ oneIn: Int) -> Bool { roll(oneIn) == 0 }
}

// MARK: - The things

extension RandomOddRun {
  private mutating func declare() {
    for number in 0..<2 + roll(3) {
      trace.tables.threads.append(ThreadRow(name: "T\(number)"))
      pending.append(nil)
      isThere.append(number == 0 || isRare(2))
    }
    if isRare(8) { trace.header.accessOrder = .approximate }
    for number in 0..<1 + roll(3) { add(.lock, "L\(number)") }
    let others: [ObjectKind] = [
      .rlock, .rwlock, .semaphore, .condition, .event, .barrier, .queue, .undetermined, .lock,
      .pool, .future,
    ]
    for number in 0..<roll(4) { add(others.randomElement(using: &random)!, "O\(number)") }
    for number in 0..<1 + roll(2) { add(.variable, "x\(number)") }
  }

  private mutating func add(_ kind: ObjectKind, _ name: String) {
    var details = ObjectDetails()
    let few: [UInt64?] = [nil, 0, 1, 1, 2]
    switch kind {
    case .lock: if isRare(10) { details.handover = true }
    case .semaphore:
      details.value = few.randomElement(using: &random)!
      if isRare(3) { details.bound = max(1, details.value ?? 1) }
    case .condition: if roll(4) > 0 { details.lock = ObjectID(roll(trace.tables.objects.count)) }
    case .barrier: details.parties = [nil, 0, 1, 2, 2, 3].randomElement(using: &random)!
    case .queue, .pool:
      details.capacity = few.randomElement(using: &random)!
      if isRare(4) { details.order = QueueOrder.allCases.randomElement(using: &random)! }
    default: break
    }
    let id = trace.tables.objects.append(kind: kind, name: name)
    trace.tables.objects[id] = details
    objects.add(kind, details)
  }

  private mutating func nonsense() -> Event {
    let operation = Operation.allCases.randomElement(using: &random)!
    var event = Event(operation, by: ThreadID(roll(pending.count)))
    if operation.namesObject { event.object = ObjectID(roll(trace.tables.objects.count)) }
    if operation.namesThread { event.child = ThreadID(roll(pending.count)) }
    if isRare(3) { event.isPending = true }
    if isRare(4) { event.result = [.timeout, .failed, .error].randomElement(using: &random)! }
    if isRare(4) { event.attempt = [.try, .timed].randomElement(using: &random)! }
    if isRare(3) { event.mode = .shared }
    if isRare(3) { event.count = [0, 1, 2, 3, .max - 1, 1 << 63].randomElement(using: &random)! }
    if operation == .refused {
      event.refusal = Refusal(LibraryCall.allCases.randomElement(using: &random)!, .invalid)
    }
    if operation == .wait || operation == .notify || operation == .refused, isRare(2) {
      event.lock = ObjectID(roll(trace.tables.objects.count))
    }
    return event
  }
}

// MARK: - The steps

extension RandomOddRun {
  private mutating func step() {
    if isRare(3) { last = roll(pending.count) }
    let isOdd = isRare(oddity)
    guard isThere[last] || isOdd else { return last = roll(pending.count) }
    if let begun = pending[last], !isOdd { return goOn(begun) }
    if isRare(7) { return manage(isOdd) }
    var event = Event(.dummy, by: ThreadID(last))
    choose(&event)
    event.attempt = isRare(5) ? .try : isRare(6) ? .timed : .blocking
    if isRare(isOdd ? 3 : 60) { event.result = .error }
    if isOdd { return emit(event) }
    if event.operation == .wait, objects.kinds[event.object.index] == .condition {
      guard objects.holds(event, lock: event.lock, trace.tables) else { return }
      return begin(event)
    }
    if objects.allows(event) {
      if isRare(12), event.operation.canBlock { return begin(event) }
      emit(event)
    } else if event.attempt != .blocking {
      event.result = event.attempt == .try ? .failed : .timeout
      emit(event)
    } else if event.operation.canBlock, isRare(2) {
      begin(event)
    }
  }

  private mutating func emit(_ event: Event) {
    trace.events.append(event)
    pending[event.thread.index] = event.isPending ? event : nil
    objects.advance(past: event, trace.tables)
  }

  private mutating func begin(_ event: Event) {
    var event = event
    event.isPending = true
    if isRare(4) { event.attempt = .timed }
    emit(event)
  }

  private mutating func goOn(_ begun: Event) {
    var event = begun
    event.isPending = false
    let isPossible = event.operation == .join ? hasEnded(event.child) : objects.allows(event)
    if isPossible { return emit(event) }
    guard begun.attempt != .blocking, isRare(2) else { return }
    event.result = begun.attempt == .try ? .failed : .timeout
    if objects.allows(giveUp: event, trace.tables) { emit(event) }
  }

  private func hasEnded(_ child: ThreadID) -> Bool {
    !isThere[child.index] && trace.events.contains { $0.thread == child }
  }

  /// A thread is made, ends, or is waited for.
  private mutating func manage(_ isOdd: Bool) {
    let other = roll(pending.count)
    var event = Event(.fork, by: ThreadID(last))
    event.child = ThreadID(other)
    switch roll(3) {
    case 0 where isOdd || !isThere[other]:
      if isRare(12) { event.result = .failed } else { isThere[other] = true }
      emit(event)
    case 1 where isOdd || !objects.holdsAny(ThreadID(last)) && last > 0:
      isThere[last] = false
      if isRare(2) { emit(Event(.exit, by: ThreadID(last))) }
    default:
      guard isOdd || other != last else { return }
      event.operation = .join
      if !hasEnded(event.child), !isOdd {
        guard isRare(2) else { return begin(event) }
        event.attempt = .timed
        event.result = .timeout
      }
      emit(event)
    }
  }

  /// What to do, and to what.
  private mutating func choose(_ event: inout Event) {
    let count = trace.tables.objects.count
    event.object = ObjectID(roll(count))
    if isRare(25) {
      event.operation = isRare(2) ? .create : .destroy
      return
    }
    switch objects.kinds[event.object.index] {
    case .lock, .rlock, .rwlock, .semaphore: chooseLock(&event)
    case .condition:
      event.operation = isRare(2) ? .wait : .notify
      if event.operation == .notify, isRare(2) { event.count = UInt64(roll(3)) }
      event.lock = trace.tables.objects[event.object].lock ?? ObjectID(roll(count))
      if isRare(2), trace.tables.objects[event.object].lock != nil { event.lock = .absent }
    case .future: event.operation = [.set, .wait, .wait].randomElement(using: &random)!
    case .event: event.operation = [.set, .clear, .wait, .wait].randomElement(using: &random)!
    case .barrier: event.operation = .wait
    case .queue, .pool: chooseQueue(&event)
    case .variable, .undetermined:
      let plain: [Operation] = [.read, .write]
      let atomic: [Operation] = [.atomicRead, .atomicWrite, .atomicUpdate]
      event.operation = (isRare(5) ? atomic : plain).randomElement(using: &random)!
    }
  }

  private mutating func chooseLock(_ event: inout Event) {
    let held = objects.lastHeld(by: event.thread)
    let isSemaphore = objects.kinds[event.object.index] == .semaphore
    if let held, isRare(3), !isSemaphore {
      event.object = held.lock
      event.operation = .release
      event.mode = isRare(15) ? .shared : held.mode
      return
    }
    event.operation = isSemaphore && isRare(2) ? .release : .acquire
    if isSemaphore, isRare(8) { event.count = UInt64(roll(4)) }
    if objects.kinds[event.object.index] == .rwlock, isRare(2) { event.mode = .shared }
  }

  private mutating func chooseQueue(_ event: inout Event) {
    event.operation =
      [.put, .put, .get, .get, .taskDone, .queueJoin, .close].randomElement(using: &random)!
    if event.operation == .put, roll(10) > 0 {
      event.item = nextItem
      nextItem += 1
    }
    if event.operation == .get, let head = objects.head(of: event.object) { event.item = head }
  }
}
