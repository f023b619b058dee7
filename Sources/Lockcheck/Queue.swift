internal import LockcheckTrace

/// Hands items from threads to threads, first in, first out.
///
/// ```swift
/// let jobs = Queue<Job>(capacity: 10, name: "jobs")
/// try jobs.put(job)          // waits while the queue is full
/// let job = try jobs.get()   // waits while it is empty
/// jobs.taskDone()
/// jobs.join()                // waits until every item has been dealt with
/// ```
///
/// Threads that wait are woken in order of arrival. ``LifoQueue`` and ``PriorityQueue`` are queues that
/// hand items out in another order.
public class Queue<Element: Sendable>: @unchecked Sendable {
  /// How many items it holds at most; 0 is any number.
  public final let capacity: Int
  private let traced: Traced
  private let mutex = FutexMutex()
  // All below is touched only while `mutex` is held.
  private var items: any QueueStorage<QueueItem<Element>>
  private var getters = WaitQueue()
  private var putters = WaitQueue()
  private var joiners = WaitQueue()
  private var isShut = false
  /// Items that were put and not said to be dealt with.
  private var unfinished = 0
  /// The number of the next item: it pairs a put with its get in the trace.
  private var nextNumber: UInt64 = 0
  /// The session that ``untracedUnfinished`` belongs to.
  private var session: UInt32 = 0
  /// Unfinished items when the session began: as many calls of `taskDone` stay out of its trace.
  private var untracedUnfinished = 0

  /// Makes an empty queue.
  ///
  /// - Parameters:
  ///   - capacity: How many items it holds at most; 0 and less is any number.
  ///   - name: What reports call it.
  public convenience init(capacity: Int = 0, name: String? = nil) {
    self.init(RingBuffer(), capacity: capacity, name: name)
  }

  /// Makes a queue that hands its items out in the order that `storage` has.
  init(
    _ storage: some QueueStorage<QueueItem<Element>>, capacity: Int, name: String?
  ) {
    items = storage
    self.capacity = max(0, capacity)
    var details = ObjectDetails()
    details.capacity = UInt64(self.capacity)
    if storage.order != .fifo { details.order = storage.order }
    traced = Traced(.queue, name: name, details: details)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public final var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// How many items it holds. Out of date as soon as it is known.
  public final var count: Int {
    traced.look()
    return mutex.withLock { items.count }
  }

  /// Whether it holds none. Out of date as soon as it is known: get with ``tryGet()`` instead.
  public final var isEmpty: Bool {
    traced.look()
    return mutex.withLock { items.isEmpty }
  }

  /// Whether it holds as many as it may. Out of date as soon as it is known: put with ``tryPut(_:)``.
  public final var isFull: Bool {
    traced.look()
    return mutex.withLock { isFullNow }
  }

  /// How many threads wait for room, for an item, or for the last one to be dealt with. Out of date as
  /// soon as it is known.
  public final var waitingCount: Int {
    traced.look()
    return mutex.withLock { putters.count + getters.count + joiners.count }
  }

  // MARK: Putting and getting

  /// Puts an item in. While the queue is full it waits, but no longer than `timeout`;
  /// nil is for ever.
  ///
  /// - Throws: `full`, `shutDown`, `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public final func put(_ element: Element, timeout: Duration? = nil) throws(QueueError) {
    try put(element, attempt: timeout == nil ? .blocking : .timed, until: deadline(timeout))
  }

  /// Puts an item in if there is room.
  ///
  /// - Throws: `full`, `shutDown`.
  public final func tryPut(_ element: Element) throws(QueueError) {
    try put(element, attempt: .try, until: .never)
  }

  /// Takes out the item whose turn it is. While there is none it waits, but no longer than
  /// `timeout`; nil is for ever.
  ///
  /// - Throws: `empty`, `shutDown`, `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public final func get(timeout: Duration? = nil) throws(QueueError) -> Element {
    try get(attempt: timeout == nil ? .blocking : .timed, until: deadline(timeout))
  }

  /// Takes out the item whose turn it is, if there is one.
  ///
  /// - Throws: `empty`, `shutDown`.
  public final func tryGet() throws(QueueError) -> Element { try get(attempt: .try, until: .never) }

  // MARK: Dealing with items

  /// Says that an item that was taken out has been dealt with. More of these than puts are refused
  /// (`taskDoneOverrun`).
  public final func taskDone() {
    traced.step(.taskDone)
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    guard unfinished > 0 else {
      if Traced.isOn { traced.record(.taskDone) }
      mutex.unlock(me)
      MisuseError(.taskDoneOverrun, traced.label.described(as: "queue")).report()
      return
    }
    finishOne(&wakeups)
    mutex.unlock(me)
    wakeups.wake()
  }

  /// Waits until every item that was put has been dealt with.
  public final func join() { _ = join(until: .never) }

  /// Waits until every item that was put has been dealt with, but no longer than `timeout`; nil is
  /// for ever.
  ///
  /// - Returns: False when some item was not dealt with in time.
  /// - Throws: `negativeTimeout`; and under `DeadlockPolicy.throw`, `deadlock`.
  public final func join(timeout: Duration?) throws(QueueError) -> Bool {
    let deadline = try deadline(timeout)
    let isDone = join(until: deadline)
    if !isDone, deadline == .never { throw .deadlock }
    return isDone
  }

  // MARK: Ending

  /// Ends the queue: puts are refused from now on, gets take out what is there and are refused then;
  /// whoever waits for room or an item that will not come is woken and refused.
  ///
  /// - Parameter immediate: Whether what is there is thrown away, and counts as dealt with.
  /// - Complexity: Linear in the number of threads woken and of items thrown away.
  public final func shutDown(immediate: Bool = false) {
    traced.step(.close)
    let me = ThreadNumber.current
    var wakeups = Wakeups()
    var dropped: [Element] = []
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    isShut = true
    if Traced.isOn { traced.record(.close) }
    while immediate, let item = items.popNext() {
      if Traced.isOn { traced.record(.get, argument: item.number) }
      dropped.append(item.element)
      if unfinished > 0 { finishOne(&wakeups) }
    }
    wakeups.add(from: &getters)
    wakeups.add(from: &putters)
    mutex.unlock(me)
    wakeups.wake()
    // `dropped` ends here, outside the guard: an item's deinit may do as it likes.
    withExtendedLifetime(dropped) {}
  }

  /// Ends the queue once what is there has been taken out: ``shutDown(immediate:)`` of false.
  public final func close() { shutDown() }
}

extension Queue {
  private var isFullNow: Bool { capacity > 0 && items.count >= capacity }

  private func deadline(_ timeout: Duration?) throws(QueueError) -> Deadline {
    do { return try Deadline(after: timeout) } catch { throw .negativeTimeout }
  }

  private func put(
    _ element: Element, attempt: Attempt, until deadline: Deadline
  ) throws(QueueError) {
    traced.step(.put, attempt: attempt)
    let me = ThreadNumber.current
    var isBack = false
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    while true {
      if isShut { try fail(.put, attempt, .error, .shutDown) }
      if !isFullNow { break }
      if attempt == .try { try fail(.put, attempt, .failed, .full) }
      if !isBack, Traced.isOn { traced.record(.put, isPending: true, attempt: attempt) }
      let isInTime = block(.putters, isBack: isBack, until: deadline)
      if !isInTime, isFullNow, !isShut { try giveUp(.put, attempt, deadline, .full) }
      isBack = true
    }
    let number = nextNumber
    nextNumber += 1
    unfinished += 1
    items.append(QueueItem(element: element, number: number))
    if Traced.isOn { traced.record(.put, attempt: attempt, argument: number) }
    let getter = getters.popFirst()
    mutex.unlock(me)
    getter?.wake()
  }

  private func get(attempt: Attempt, until deadline: Deadline) throws(QueueError) -> Element {
    traced.step(.get, attempt: attempt)
    let me = ThreadNumber.current
    var isBack = false
    mutex.lock(me)
    if Traced.isOn { beginSession() }
    while true {
      if let item = items.popNext() {
        if Traced.isOn { traced.record(.get, attempt: attempt, argument: item.number) }
        let putter = putters.popFirst()
        mutex.unlock(me)
        putter?.wake()
        return item.element
      }
      if isShut { try fail(.get, attempt, .error, .shutDown) }
      if attempt == .try { try fail(.get, attempt, .failed, .empty) }
      if !isBack, Traced.isOn { traced.record(.get, isPending: true, attempt: attempt) }
      let isInTime = block(.getters, isBack: isBack, until: deadline)
      if !isInTime, items.isEmpty, !isShut { try giveUp(.get, attempt, deadline, .empty) }
      isBack = true
    }
  }

  /// Those who wait for room, or for an item.
  private enum Side { case putters, getters }

  /// Sleeps, with the guard given up, until it is time to look again.
  ///
  /// A thread that was woken and finds that another one came first goes back to the head of its
  /// queue, so that order of arrival holds.
  ///
  /// - Returns: False past the deadline.
  private func block(_ side: Side, isBack: Bool, until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let waiter = Waiter(me)
    switch (side, isBack) {
    case (.putters, false): putters.append(waiter)
    case (.putters, true): putters.prepend(waiter)
    case (.getters, false): getters.append(waiter)
    case (.getters, true): getters.prepend(waiter)
    }
    mutex.unlock(me)
    let isWoken = traced.block(waiter, until: deadline)
    mutex.lock(me)
    if isWoken { return true }
    switch side {
    case .putters: return !putters.remove(waiter)
    case .getters: return !getters.remove(waiter)
    }
  }

  /// Gives the guard back, records how the attempt ended, and throws.
  private func fail(
    _ operation: Operation, _ attempt: Attempt, _ result: Outcome, _ error: QueueError
  ) throws(QueueError) -> Never {
    if Traced.isOn { traced.record(operation, attempt: attempt, result: result) }
    mutex.unlock(.current)
    throw error
  }

  /// Fails since the wait has come to its end, or would never.
  private func giveUp(
    _ operation: Operation, _ attempt: Attempt, _ deadline: Deadline, _ error: QueueError
  ) throws(QueueError) -> Never {
    let isDeadlock = deadline == .never
    try fail(
      operation, attempt, Outcome(unwokenUntil: deadline), isDeadlock ? .deadlock : error)
  }

  private func join(until deadline: Deadline) -> Bool {
    let me = ThreadNumber.current
    let attempt = Attempt(until: deadline)
    traced.step(.queueJoin, attempt: attempt)
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { beginSession() }
    var isDone = unfinished == 0
    if !isDone {
      if Traced.isOn { traced.record(.queueJoin, isPending: true, attempt: attempt) }
      let waiter = Waiter(me)
      joiners.append(waiter)
      mutex.unlock(me)
      let isWoken = traced.block(waiter, until: deadline)
      mutex.lock(me)
      isDone = isWoken || !joiners.remove(waiter)
    }
    if Traced.isOn {
      let result = isDone ? .success : Outcome(unwokenUntil: deadline)
      traced.record(.queueJoin, attempt: attempt, result: result)
    }
    return isDone
  }

  /// One item fewer to be dealt with.
  private func finishOne(_ wakeups: inout Wakeups) {
    unfinished -= 1
    if untracedUnfinished > 0 {
      untracedUnfinished -= 1
    } else if Traced.isOn {
      traced.record(.taskDone)
    }
    if unfinished == 0 { wakeups.add(from: &joiners) }
  }

  /// Takes stock when the trace that is being written is not the one of the last operation.
  private func beginSession() {
    let current = Traced.session
    guard current != session else { return }
    session = current
    untracedUnfinished = unfinished
  }
}
