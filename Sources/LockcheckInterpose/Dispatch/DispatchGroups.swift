import CLockcheckInterpose
import CLockcheckShims
import LockcheckRecorder
import LockcheckTrace

/// Dispatch groups, as they are recorded: a queue whose items are dealt with in no order, and whose waiters
/// wait until all are.
enum DispatchGroups {
  typealias Pointer = UnsafeMutableRawPointer

  /// What work has to do with a group.
  enum Role {
    case none
    /// It belongs to it: the group waits for its end.
    case member(UInt)
    /// It runs once all members have ended.
    case follower(UInt)

    func enter(stack: UInt32) {
      if case .member(let group) = self { DispatchGroups.append(.put, group, stack) }
    }

    func pass(stack: UInt32) {
      if case .follower(let group) = self { DispatchGroups.append(.queueJoin, group, stack) }
    }

    func leave(stack: UInt32) {
      if case .member(let group) = self { DispatchGroups.append(.taskDone, group, stack) }
    }
  }

  private static func append(_ operation: Operation, _ group: UInt, _ stack: UInt32) {
    guard let instance = unsafe instance(of: UnsafeRawPointer(bitPattern: group)) else { return }
    let item = operation == .put ? lc_next_item() : .max
    unsafe instance.pointee.object.append(
      .done(operation), argument: item, order: .ofObject, stack: stack)
  }

  /// Those that Dispatch has made for itself, inside of items, are none of the program's.
  private static func instance(of group: UnsafeRawPointer?) -> Instances.Reference? {
    guard let known = unsafe Instances.known(at: group), unsafe known.pointee.kind == .queue else {
      return nil
    }
    return unsafe known
  }

  static func enter(_ group: Pointer, frame: UInt) {
    append(.put, UInt(bitPattern: group), CapturedStack.number(frame: frame))
  }

  static func leave(_ group: Pointer, frame: UInt) {
    append(.taskDone, UInt(bitPattern: group), CapturedStack.number(frame: frame))
  }

  /// Waits until all that have entered have left.
  ///
  /// - Parameter real: Has Dispatch wait until a moment.
  static func wait(
    _ group: Pointer, until end: UInt64, frame: UInt, real: (UInt64) -> Int
  ) -> Int {
    guard let instance = unsafe instance(of: UnsafeRawPointer(group)) else { return real(end) }
    let attempt = DispatchTimes.attempt(until: end)
    var result = real(DispatchTimes.now)
    if result != 0, attempt != .try {
      let pending = EventForm(
        .queueJoin, mode: .exclusive, isPending: true, attempt: attempt, result: .success)
      unsafe instance.pointee.object.append(pending, order: .ofThread, frame: frame)
      result = real(end)
    }
    let form = EventForm(
      .queueJoin, mode: .exclusive, isPending: false, attempt: attempt,
      result: DispatchTimes.outcome(of: result, attempt))
    unsafe instance.pointee.object.append(
      form, order: result == 0 ? .ofObject : .ofThread, frame: frame)
    return result
  }
}

/// Dispatch's points in time.
enum DispatchTimes {
  static let now: UInt64 = 0
  static let forever: UInt64 = .max

  static func attempt(until end: UInt64) -> Event.Attempt {
    switch end {
    case now: .try
    case forever: .blocking
    default: .timed
    }
  }

  static func outcome(of result: Int, _ attempt: Event.Attempt) -> Event.Result {
    if result == 0 { return .success }
    return attempt == .try ? .failed : .timeout
  }
}

/// Dispatch semaphores, as they are recorded.
enum DispatchSemaphores {
  typealias Pointer = UnsafeMutableRawPointer

  static func begin(_ semaphore: Pointer, value: Int, frame: UInt) {
    var details = ObjectDetails()
    details.value = UInt64(max(0, value))
    unsafe Instances.beginAnew(semaphore, as: .semaphore, details: details, frame: frame)
  }

  static func wait(_ semaphore: Pointer, until end: UInt64, frame: UInt) -> Int {
    // One that was made before the recording has permits that nobody knows of.
    guard let instance = unsafe Instances.known(at: semaphore) else {
      return unsafe lc_real_dispatch_semaphore_wait(semaphore, end)
    }
    let attempt = DispatchTimes.attempt(until: end)
    var result = unsafe lc_real_dispatch_semaphore_wait(semaphore, DispatchTimes.now)
    if result != 0, attempt != .try {
      unsafe instance.pointee.object.append(
        .pendingAcquire(attempt: attempt), order: .ofThread, frame: frame)
      result = unsafe lc_real_dispatch_semaphore_wait(semaphore, end)
    }
    let form = EventForm(
      .acquire, mode: .exclusive, isPending: false, attempt: attempt,
      result: DispatchTimes.outcome(of: result, attempt))
    unsafe instance.pointee.object.append(
      form, order: result == 0 ? .ofObject : .ofThread, frame: frame)
    return result
  }

  static func signal(_ semaphore: Pointer, frame: UInt) -> Int {
    if let instance = unsafe Instances.known(at: semaphore) {
      unsafe instance.pointee.object.append(.done(.release), order: .ofObject, frame: frame)
    }
    return unsafe lc_real_dispatch_semaphore_signal(semaphore)
  }
}
