public import LockcheckFindings
public import LockcheckTrace

/// Finds waits under a lock that everyone who ended such waits took first: hangs that did not happen.
///
/// 1. Every wait that ended with locks held is kept once for its thread, place and locks, with what the
///    thread knew of others by then (``Run/mustOrder``).
/// 2. So are the wakes of each thread on each object, and when it took which locks.
/// 3. At the end: where each thread's first wake that the waiter did not know of comes after an acquire,
///    by the same thread, of a lock that the waiter held, and the waiter did not know of that acquire
///    either, the waiter may come first and hang.
///
/// Ruled out are waits that give up by themselves, wakers that can do without the lock or whose acquire
/// must come before the wait, and locks that both hold to read. A lock that both hold around everything
/// is no gate here: the waiter keeps it while it waits.
///
/// Joins of threads are ``LockOrderDetector``'s. Misses waits that a thread ended which had no need to;
/// reports, as `possible`, waits that values keep from blocking.
public struct NestedWaitDetector: Detector {
  /// Every operation that its state depends on.
  public let interests: OperationSet = [
    .acquire, .release, .wait, .notify, .set, .put, .get, .taskDone, .queueJoin, .close,
  ]
  /// The rules that it can find broken.
  public let rules: [Rule] = [.nestedMonitor]

  private var locks = LockEpochs()
  private var wakers: [WakeChannel: [Waker]] = [:]
  private var waits: [WaitUnderLocks] = []
  private var places: [WaitUnderLocks.Key: Int] = [:]
  /// By thread: how many permits it has taken.
  private var permits: [UInt32] = []
  /// When each thread last took a permit of each semaphore.
  private var taken: [ObjectID: [ThreadID: Moment]] = [:]

  /// Makes a detector that has seen nothing yet.
  public init() {}

  /// Takes note of one event.
  public mutating func observe(_ event: Event, at index: Int, in run: borrowing Run) {
    switch event.operation {
    case .acquire:
      if run.tables.objects.kind(of: event.object).isLock {
        lock(event, at: index, in: run)
      } else {
        takePermit(event, at: index, in: run)
      }
    case .release:
      guard run.tables.objects.kind(of: event.object) == .semaphore else { return }
      wake(event, at: index, in: run)
    default:
      waited(event, at: index, in: run)
      wake(event, at: index, in: run)
    }
  }

  private mutating func lock(_ event: Event, at index: Int, in run: borrowing Run) {
    guard event.isEffective, event.attempt == .blocking else { return }
    locks.note(event, at: Moment(index + 1), epoch(of: event.thread, in: run))
  }

  private func epoch(of thread: ThreadID, in run: borrowing Run) -> LockEpochs.Epoch {
    LockEpochs.Epoch(
      gift: run.mustOrder.lastGift(of: thread),
      permits: thread.index < permits.count ? permits[thread.index] : 0)
  }

  private mutating func takePermit(_ event: Event, at index: Int, in run: borrowing Run) {
    // A semaphore with one permit is a lock, and looked at as such.
    if run.isHeldByThread(event.object) {
      lock(event, at: index, in: run)
      return
    }
    waited(event, at: index, in: run)
    guard event.isEffective else { return }
    while permits.count <= event.thread.index { permits.append(0) }
    permits[event.thread.index] &+= 1
    taken[event.object, default: [:]][event.thread] = Moment(index + 1)
  }

  private mutating func wake(_ event: Event, at index: Int, in run: borrowing Run) {
    if event.operation == .wait {
      arrive(event, at: index, in: run)
      return
    }
    guard event.isEffective, !run.isHeldByThread(event.object) else { return }
    let owed = event.operation == .release ? taken[event.object]?[event.thread] ?? 0 : 0
    for channel in WakeChannel.woken(by: event, run) {
      note(Waker.Wake(notice: Notice(event, at: index, in: run), owed: owed), on: channel)
    }
  }

  private mutating func arrive(_ event: Event, at index: Int, in run: borrowing Run) {
    guard run.tables.objects.kind(of: event.object) == .barrier else { return }
    let entry = run.pending.entry(of: event.thread)
    let isDeparture =
      !event.isPending && entry?.event.operation == .wait && entry?.event.object == event.object
    if isDeparture { return }
    note(
      Waker.Wake(notice: Notice(event, at: index, in: run), owed: 0),
      on: .arrivals(at: event.object))
  }

  private mutating func note(_ wake: Waker.Wake, on channel: WakeChannel) {
    let thread = wake.notice.event.thread
    var list = wakers.removeValue(forKey: channel) ?? []
    let place = list.firstIndex { $0.thread == thread } ?? list.count
    if place == list.count { list.append(Waker(thread)) }
    list[place].note(wake)
    wakers[channel] = list
  }

  /// Keeps a wait that is over, if a lock was held.
  private mutating func waited(_ event: Event, at index: Int, in run: borrowing Run) {
    let held = run.held.set(of: event.thread)
    guard held != .none, !event.isPending, event.result == .success || event.result == .timeout,
      let channel = WakeChannel(waiting: event, run)
    else { return }
    let entry = run.pending.entry(of: event.thread)
    let isBounded =
      event.attempt != .blocking || event.result == .timeout
      || (entry?.event.object == event.object && entry?.event.attempt != .blocking)
    let key = WaitUnderLocks.Key(
      thread: event.thread, channel: channel, held: held, stack: event.stack, isBounded: isBounded)
    let place = places[key] ?? waits.count
    if place == waits.count {
      places[key] = place
      waits.append(WaitUnderLocks(key))
    }
    waits[place].note(Notice(event, at: index, in: run), in: run)
  }

  /// Says what it found, after the last event.
  public mutating func finish(in run: borrowing Run) -> Detections {
    var detections = Detections()
    for wait in waits {
      let judge = NestedWaitJudge(wait, wakers[wait.key.channel] ?? [], locks)
      switch judge.judgment(in: run) {
      case nil: break
      case .hang(let finding):
        if run.keepsHistory {
          detections.hangs.append(
            HangPattern(finding: detections.findings.count, waits: wait.places))
        }
        detections.findings.append(finding)
      case .ruledOut(let pattern): detections.ruledOut.append(pattern)
      }
    }
    return detections
  }
}
