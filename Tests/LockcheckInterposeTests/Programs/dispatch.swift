// Dispatch, case by case. Cases take turns by relaxed atomics, which no recording sees as an order. Most have
// data that is guarded; with a second argument `raced` somebody does not wait for what guards it.
import Dispatch
import Glibc
import Synchronization

// MARK: - Taking turns

enum Turns {
  private static let progress = Atomic(0)

  /// Says how far the case is. One who is late does not take it back.
  static func reach(_ step: Int) {
    var now = progress.load(ordering: .relaxed)
    while now < step {
      let (isDone, before) = progress.weakCompareExchange(
        expected: now, desired: step, ordering: .relaxed)
      if isDone { return }
      now = before
    }
  }

  /// Goes on when the case is that far.
  static func await(_ step: Int) {
    while progress.load(ordering: .relaxed) < step { sched_yield() }
  }
}

let isRaced = CommandLine.arguments.dropFirst(2).first == "raced"

/// Goes on when `guarding` says so; where the case is raced, as soon as it is that far.
func proceed(at step: Int, or guarding: () -> Void) {
  if isRaced { Turns.await(step) } else { guarding() }
}

func check(_ condition: Bool, line: Int = #line) {
  if condition { return }
  fputs("dispatch.swift:\(line)\n", stderr)
  _exit(99)
}

final class Data: @unchecked Sendable {
  var first = 0
  var second = 0
}
let data = Data()

func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { context in
      (Unmanaged<AnyObject>.fromOpaque(context!).takeRetainedValue() as! @Sendable () -> Void)()
      return nil
    }, Unmanaged.passRetained(body as AnyObject).toOpaque())
  return thread
}

func finish(_ threads: pthread_t...) { for thread in threads { pthread_join(thread, nil) } }

/// Two threads, one after the other, as nobody but they knows.
func oneAfterTheOther(
  _ first: @escaping @Sendable () -> Void, _ second: @escaping @Sendable () -> Void
) {
  let one = start {
    first()
    Turns.reach(1)
  }
  let other = start {
    Turns.await(1)
    second()
  }
  finish(one, other)
}

func mutex() -> UnsafeMutablePointer<pthread_mutex_t> {
  let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  pthread_mutex_init(mutex, nil)
  return mutex
}

// What the module of the C library, or that of Dispatch, leaves out.
@_silgen_name("fork") func forkProcess() -> Int32
@_silgen_name("prctl") func setProcess(_ option: Int32, _ value: UInt) -> Int32
typealias CQueue = UnsafeMutableRawPointer
typealias CWork = @convention(c) (UnsafeMutableRawPointer?) -> Void
@_silgen_name("dispatch_queue_create") func makeQueue(
  _ label: UnsafePointer<CChar>, _ attributes: UnsafeMutableRawPointer?
) -> CQueue
@_silgen_name("dispatch_async_f") func later(
  _ queue: CQueue, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_sync_f") func now(
  _ queue: CQueue, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_barrier_async_f") func aloneLater(
  _ queue: CQueue, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_barrier_sync_f") func aloneNow(
  _ queue: CQueue, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_async_and_wait_f") func waitFor(
  _ queue: CQueue, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_once_f") func dispatchOnce(
  _ predicate: UnsafeMutablePointer<Int>, _ context: UnsafeMutableRawPointer?, _ function: CWork)
@_silgen_name("dispatch_apply_f") func dispatchApply(
  _ count: Int, _ queue: CQueue, _ context: UnsafeMutableRawPointer?,
  _ function: @convention(c) (UnsafeMutableRawPointer?, Int) -> Void)

// MARK: - Programs that hang

// `futex`, `epoll_wait`, `epoll_pwait`.
#if arch(x86_64)
  let sleeping = [202, 232, 281]
#else
  let sleeping = [98, 22]
#endif
/// As `PR_SET_PTRACER` and `PR_SET_PDEATHSIG`.
let (tracer, parentDeathSignal): (Int32, Int32) = (0x5961_6D61, 1)

/// The threads of a process and how often each has run; nil unless all of them sleep.
func sleepers(of process: Int32) -> [String]? {
  guard let folder = opendir("/proc/\(process)/task") else { return nil }
  defer { closedir(folder) }
  var sleepers: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) {
      String(cString: $0.baseAddress!.assumingMemoryBound(to: CChar.self))
    }
    if name.hasPrefix(".") { continue }
    func text(_ file: String) -> String {
      guard let file = fopen("/proc/\(process)/task/\(name)/\(file)", "r") else { return "" }
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = fread(&bytes, 1, bytes.count, file)
      return String(decoding: bytes[..<count], as: UTF8.self)
    }
    guard sleeping.contains(where: { text("syscall").hasPrefix("\($0) ") }) else { return nil }
    let runs = text("status").split(separator: "\n").filter { $0.contains("ctxt_switches") }
    sleepers.append(name + runs.joined())
  }
  return sleepers
}

/// Has another process look on, and end this one when no thread of it has run between two looks at which all
/// slept.
///
/// What waits for descriptors and for the time, as Dispatch's own does, sleeps as well.
func endWhenStuck() {
  let process = getpid()
  let watcher = forkProcess()
  if watcher > 0 {
    _ = setProcess(tracer, UInt(watcher))
    return
  }
  _ = setProcess(parentDeathSignal, UInt(SIGKILL))
  var last: [String]?
  while getppid() == process {
    let now = sleepers(of: process)
    if let now, now == last { break }
    last = now
    usleep(1000)
  }
  kill(process, SIGKILL)
  _exit(0)
}

// MARK: - What is wrong, and its neighbours that are right

func nest(_ outer: DispatchQueue, _ inner: DispatchQueue) {
  outer.sync { inner.sync { data.first += 1 } }
}

func syncNested(isInverted: Bool) {
  let a = DispatchQueue(label: "a")
  let b = DispatchQueue(label: "b")
  oneAfterTheOther({ nest(a, b) }, { isInverted ? nest(b, a) : nest(a, b) })
}

func syncHang() {
  let a = DispatchQueue(label: "a")
  let b = DispatchQueue(label: "b")
  endWhenStuck()
  let one = start {
    a.sync {
      Turns.reach(1)
      Turns.await(2)
      b.sync {}
    }
  }
  let other = start {
    b.sync {
      Turns.await(1)
      Turns.reach(2)
      a.sync {}
    }
  }
  finish(one, other)
}

/// Dispatch traps.
func selfSync() {
  let queue = DispatchQueue(label: "itself")
  queue.sync { queue.sync {} }
}

/// From a block that was handed over; `isItself`: to the queue that runs it.
func syncWithin(isItself: Bool) {
  let queue = DispatchQueue(label: "queue")
  let inner = isItself ? queue : DispatchQueue(label: "inner")
  let isThrough = DispatchSemaphore(value: 0)
  queue.async {
    inner.sync { data.first += 1 }
    isThrough.signal()
  }
  isThrough.wait()
}

func mixed(isInverted: Bool) {
  let queue = DispatchQueue(label: "queue")
  nonisolated(unsafe) let mutex = mutex()
  let lockInside: @Sendable () -> Void = {
    queue.sync {
      pthread_mutex_lock(mutex)
      data.first += 1
      pthread_mutex_unlock(mutex)
    }
  }
  let lockOutside: @Sendable () -> Void = {
    pthread_mutex_lock(mutex)
    queue.sync { data.first += 1 }
    pthread_mutex_unlock(mutex)
  }
  oneAfterTheOther(lockInside, isInverted ? lockOutside : lockInside)
}

func semaphores(isInverted: Bool) {
  let a = DispatchSemaphore(value: 1)
  let b = DispatchSemaphore(value: 1)
  @Sendable func nest(_ outer: DispatchSemaphore, _ inner: DispatchSemaphore) {
    outer.wait()
    inner.wait()
    data.first += 1
    inner.signal()
    outer.signal()
  }
  oneAfterTheOther({ nest(a, b) }, { isInverted ? nest(b, a) : nest(a, b) })
}

func semaphoreHang() {
  let a = DispatchSemaphore(value: 0)
  let b = DispatchSemaphore(value: 0)
  endWhenStuck()
  let one = start {
    a.wait()
    b.signal()
  }
  let other = start {
    b.wait()
    a.signal()
  }
  finish(one, other)
}

/// The member needs the lock that is held while the group is waited for; this time it was first.
func groupWait(isUnderLock: Bool) {
  nonisolated(unsafe) let mutex = mutex()
  let group = DispatchGroup()
  DispatchQueue.global().async(group: group) {
    pthread_mutex_lock(mutex)
    data.first += 1
    pthread_mutex_unlock(mutex)
    Turns.reach(1)
  }
  Turns.await(1)
  if isUnderLock { pthread_mutex_lock(mutex) }
  group.wait()
  if isUnderLock { pthread_mutex_unlock(mutex) }
  check(data.first == 1)
}

func barriers(isInverted: Bool) {
  let a = DispatchQueue(label: "a", attributes: .concurrent)
  let b = DispatchQueue(label: "b")
  let barrierInside: @Sendable () -> Void = {
    b.sync { a.sync(flags: .barrier) { data.first += 1 } }
  }
  let barrierOutside: @Sendable () -> Void = {
    a.sync(flags: .barrier) { b.sync { data.first += 1 } }
  }
  oneAfterTheOther(barrierInside, isInverted ? barrierOutside : barrierInside)
}

// MARK: - Queues

func sync() {
  let queue = DispatchQueue(label: "counter")
  oneAfterTheOther(
    { queue.sync { data.first += 1 } },
    {
      if isRaced { data.first += 1 } else { queue.sync { data.first += 1 } }
    })
  check(data.first == 2)
}

func async() {
  let queue = DispatchQueue(label: "later")
  data.first = 1
  queue.async {
    data.second = data.first
    Turns.reach(1)
  }
  proceed(at: 1) { queue.sync {} }
  check(data.second == 1)
  queue.sync {}
}

/// What comes to a queue later is run later: the last tells of all.
func asyncInTurn() {
  let queue = DispatchQueue(label: "in turn")
  let semaphore = DispatchSemaphore(value: 0)
  queue.async {
    Turns.await(1)
    data.first = 1
    queue.async { semaphore.signal() }
  }
  queue.async { data.first += 1 }
  Turns.reach(1)
  semaphore.wait()
  check(data.first == 2)
}

func asyncAfter() {
  let queue = DispatchQueue(label: "much later")
  data.first = 1
  let semaphore = DispatchSemaphore(value: 0)
  queue.asyncAfter(deadline: .now() + .milliseconds(1)) {
    data.second = data.first
    Turns.reach(1)
    semaphore.signal()
  }
  proceed(at: 1) { semaphore.wait() }
  check(data.second == 1)
  if isRaced { semaphore.wait() }
}

func asyncAndWait() {
  let queue = makeQueue("waited for", nil)
  data.first = 1
  waitFor(queue, nil) { _ in data.first += 1 }
  now(queue, nil) { _ in data.first += 1 }
  if isRaced {
    later(queue, nil) { _ in
      data.first += 1
      Turns.reach(1)
    }
    Turns.await(1)
  }
  check(data.first == (isRaced ? 4 : 3))
}

/// Readers at once, writers as barriers; or one that writes as somebody reads.
func readers() {
  let queue = DispatchQueue(label: "shared", attributes: .concurrent)
  let group = DispatchGroup()
  queue.async(flags: .barrier) { data.first = 1 }
  queue.async(group: group) {
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    check(data.first == 1)
    Turns.reach(3)
  }
  let thread = start {
    if isRaced { Turns.await(1) }
    queue.sync {
      Turns.reach(2)
      check(isRaced || data.first == 1)
      if isRaced {
        Turns.await(3)
        data.first += 1
      }
    }
  }
  finish(thread)
  group.wait()
  queue.async(flags: .barrier) { data.first += 1 }
  queue.sync {}
  check(data.first == (isRaced ? 3 : 2))
  queue.sync(flags: .barrier) { data.first += 1 }
  queue.sync { check(data.first >= 3) }
}

/// A barrier that is told of by its block stays one.
func barrierItems() {
  let queue = DispatchQueue(label: "barred", attributes: .concurrent)
  let group = DispatchGroup()
  let hasRun = Atomic(false)
  let isOver = Atomic(false)
  withExtendedLifetime((queue, group)) {
    queue.async {
      Turns.await(1)
      for _ in 0..<200 { sched_yield() }
      check(!hasRun.load(ordering: .relaxed))
      data.first += 1
      isOver.store(true, ordering: .relaxed)
    }
    let item = DispatchWorkItem(flags: .barrier) {
      hasRun.store(true, ordering: .relaxed)
      check(isOver.load(ordering: .relaxed))
      data.first += 1
    }
    queue.async(execute: item)
    queue.async(group: group, qos: .utility, flags: .barrier) { data.first += 1 }
    Turns.reach(1)
    group.wait()
    queue.sync(execute: DispatchWorkItem(flags: .barrier) { data.first += 1 })
    group.notify(queue: queue, work: DispatchWorkItem(flags: .barrier) { data.first += 1 })
    queue.sync(flags: .barrier) {}
  }
}

/// Two queues that run on one; or each on its own.
func targets() {
  let base = DispatchQueue(label: "base")
  let a = DispatchQueue(label: "a", target: isRaced ? nil : base)
  let b = DispatchQueue(label: "b", attributes: [.concurrent, .initiallyInactive])
  if !isRaced { b.setTarget(queue: a) }
  b.activate()
  let group = DispatchGroup()
  a.async(group: group) {
    Turns.reach(1)
    if isRaced { Turns.await(2) }
    data.first += 1
    Turns.reach(3)
  }
  b.async(group: group) {
    if isRaced { Turns.await(1) }
    Turns.reach(2)
    if isRaced { Turns.await(3) }
    data.first += 1
  }
  if !isRaced { base.sync { data.first += 1 } }
  group.wait()
}

/// What is done while a queue is suspended comes before what it runs later.
func suspended() {
  let queue = DispatchQueue(label: "held up")
  let group = DispatchGroup()
  queue.suspend()
  queue.async(group: group) {
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.second = data.first
  }
  if !isRaced { data.first = 1 }
  queue.resume()
  if isRaced {
    Turns.await(1)
    data.first = 1
    Turns.reach(2)
  }
  group.wait()
}

func mainQueue() {
  data.first = 1
  let other = start {
    if isRaced {
      Turns.await(1)
      data.second += 1
      Turns.reach(2)
    } else {
      DispatchQueue.main.sync { data.second += 1 }
    }
  }
  DispatchQueue.global().async {
    data.first += 1
    DispatchQueue.main.sync {
      data.first += 1
      Turns.reach(1)
      if isRaced { Turns.await(2) }
      data.second += 1
    }
    check(data.first == 3)
    finish(other)
    DispatchQueue.main.async {
      check(data.first == 3)
      end()
    }
  }
  dispatchMain()
}

// MARK: - Groups, semaphores, once

func group() {
  let group = DispatchGroup()
  DispatchQueue.global().async(group: group) { data.first = 1 }
  group.enter()
  let thread = start {
    data.second = 1
    Turns.reach(1)
    group.leave()
  }
  proceed(at: 1) { group.wait() }
  check(data.second == 1)
  group.wait()
  check(data.first == 1)
  finish(thread)
}

func groupNotify() {
  let group = DispatchGroup()
  let semaphore = DispatchSemaphore(value: 0)
  DispatchQueue.global().async(group: group) {
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.first = 1
    Turns.reach(3)
  }
  if isRaced {
    Turns.await(1)
    DispatchQueue(label: "told too early").async {
      Turns.reach(2)
      Turns.await(3)
      data.second = data.first
      semaphore.signal()
    }
  } else {
    group.notify(queue: .global()) {
      data.second = data.first
      semaphore.signal()
    }
  }
  semaphore.wait()
  check(data.second == 1)
}

func semaphore() {
  let semaphore = DispatchSemaphore(value: 0)
  let lock = DispatchSemaphore(value: 1)
  let thread = start {
    data.first = 1
    Turns.reach(1)
    semaphore.signal()
    lock.wait()
    data.second += 1
    lock.signal()
  }
  proceed(at: 1) { check(semaphore.wait(timeout: .distantFuture) == .success) }
  check(data.first == 1)
  lock.wait()
  data.second += 1
  lock.signal()
  finish(thread)
}

enum Lazy {
  static let made: Data = {
    let data = Data()
    data.first = 1
    return data
  }()
}

func once() {
  let predicate = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  predicate.initialize(to: 0)
  nonisolated(unsafe) let shared = predicate
  let use: @Sendable () -> Void = {
    check(Lazy.made.first == 1)
    dispatchOnce(shared, nil) { _ in data.first = 1 }
    check(data.first == 1)
  }
  oneAfterTheOther(
    use,
    {
      if isRaced { data.first += 1 } else { use() }
    })
}

// MARK: - Items

func itemWait() {
  let item = DispatchWorkItem {
    data.first = 1
    Turns.reach(1)
  }
  DispatchQueue.global().async(execute: item)
  proceed(at: 1) { check(item.wait(timeout: .distantFuture) == .success) }
  check(data.first == 1)
}

func itemNotify() {
  let semaphore = DispatchSemaphore(value: 0)
  let queue = DispatchQueue(label: "told")
  let item = DispatchWorkItem {
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.first = 1
    Turns.reach(3)
  }
  let told: @Sendable () -> Void = {
    if isRaced {
      Turns.reach(2)
      Turns.await(3)
    }
    data.second = data.first
    semaphore.signal()
  }
  if !isRaced { item.notify(queue: queue, execute: told) }
  DispatchQueue.global().async(execute: item)
  if isRaced {
    Turns.await(1)
    queue.async(execute: told)
  }
  semaphore.wait()
  check(data.second == 1)
}

/// One that is run in place, and one that never is.
func itemCancel() {
  let inPlace = DispatchWorkItem { data.first += 1 }
  inPlace.perform()
  inPlace.perform()
  let queue = DispatchQueue(label: "cancelled")
  queue.suspend()
  let item = DispatchWorkItem { check(false) }
  queue.async(execute: item)
  item.cancel()
  queue.resume()
  item.wait()
  check(item.isCancelled)
  check(data.first == 2)
}

// MARK: - Iterations

func concurrentPerform() {
  let numbers = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
  nonisolated(unsafe) let all = numbers
  data.first = 1
  let other = start {
    guard isRaced else { return }
    Turns.await(1)
    all[7] += 1
    Turns.reach(2)
  }
  DispatchQueue.concurrentPerform(iterations: 64) { number in
    for _ in 0..<10 { sched_yield() }
    all[number] = number * data.first
    guard isRaced, number == 7 else { return }
    Turns.reach(1)
    Turns.await(2)
  }
  check(isRaced || numbers.reduce(0, +) == 63 * 32)
  finish(other)
}

func applyOnQueue() {
  let concurrent = dlsym(nil, "_dispatch_queue_attr_concurrent")
  let queue = makeQueue("iterations", concurrent)
  let serial = makeQueue("one by one", nil)
  aloneLater(queue, nil) { _ in data.first = 1 }
  later(serial, nil) { _ in data.second += 1 }
  dispatchApply(32, queue, nil) { _, _ in
    for _ in 0..<10 { sched_yield() }
    check(data.first == 1)
  }
  dispatchApply(32, serial, nil) { _, number in data.second += number }
  aloneNow(queue, nil) { _ in data.first += 1 }
  now(serial, nil) { _ in check(data.second == 1 + 31 * 16) }
}

// MARK: - Sources, input and output

func source() {
  let semaphore = DispatchSemaphore(value: 0)
  let source = DispatchSource.makeUserDataAddSource(queue: .global())
  source.setEventHandler {
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.second = data.first
    semaphore.signal()
  }
  source.setCancelHandler {
    check(data.second == 1)
    semaphore.signal()
  }
  source.activate()
  if !isRaced { data.first = 1 }
  source.add(data: 1)
  if isRaced {
    Turns.await(1)
    data.first = 1
    Turns.reach(2)
  }
  semaphore.wait()
  source.cancel()
  semaphore.wait()
}

/// Two sources on one serial queue; or on one each.
func timers() {
  let semaphore = DispatchSemaphore(value: 0)
  let queue = DispatchQueue(label: "timers")
  let other = isRaced ? DispatchQueue(label: "other timers") : queue
  data.first = 1
  let timers = (1...2).map { number in
    let timer = DispatchSource.makeTimerSource(queue: number == 1 ? queue : other)
    timer.schedule(deadline: .now(), repeating: isRaced ? .never : .milliseconds(1))
    timer.setEventHandler {
      if isRaced {
        if number == 1 {
          Turns.reach(1)
          Turns.await(2)
        } else {
          Turns.await(1)
          Turns.reach(2)
          Turns.await(3)
        }
      }
      data.second += data.first
      Turns.reach(3)
      semaphore.signal()
    }
    return timer
  }
  for timer in timers { timer.resume() }
  for _ in 0..<(isRaced ? 2 : 4) { semaphore.wait() }
  let gone = DispatchSemaphore(value: 0)
  for timer in timers {
    timer.setCancelHandler { gone.signal() }
    timer.cancel()
  }
  for _ in timers { gone.wait() }
}

func descriptors() {
  var ends: [Int32] = [0, 0]
  check(pipe(&ends) == 0)
  let (output, input) = (ends[0], ends[1])
  let semaphore = DispatchSemaphore(value: 0)
  let queue = DispatchQueue(label: "descriptors")
  let source = DispatchSource.makeReadSource(fileDescriptor: output, queue: queue)
  source.setEventHandler {
    var byte: UInt8 = 0
    check(read(output, &byte, 1) == 1)
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.second += data.first
    semaphore.signal()
  }
  source.resume()
  if !isRaced { data.first = 1 }
  check(write(input, "x", 1) == 1)
  if isRaced {
    Turns.await(1)
    data.first = 1
    Turns.reach(2)
  }
  semaphore.wait()
  source.setCancelHandler { semaphore.signal() }
  source.cancel()
  semaphore.wait()
}

func inputAndOutput() {
  var ends: [Int32] = [0, 0]
  check(pipe(&ends) == 0)
  let (output, input) = (ends[0], ends[1])
  let semaphore = DispatchSemaphore(value: 0)
  DispatchIO.read(fromFileDescriptor: output, maxLength: 1, runningHandlerOn: .global()) {
    bytes, error in
    check(bytes.count == 1 && error == 0)
    if isRaced {
      Turns.reach(1)
      Turns.await(2)
    }
    data.second += data.first
    semaphore.signal()
  }
  if !isRaced { data.first = 1 }
  check(write(input, "x", 1) == 1)
  if isRaced {
    Turns.await(1)
    data.first = 1
    Turns.reach(2)
  }
  semaphore.wait()
  let channel = DispatchIO(type: .stream, fileDescriptor: input, queue: .global()) { error in
    check(error == 0 && data.first == 3)
    semaphore.signal()
  }
  let bytes = [UInt8(1), 2, 3].withUnsafeBytes { DispatchData(bytes: $0) }
  data.first = 2
  channel.write(offset: 0, data: bytes, queue: .global()) { isDone, _, error in
    check(error == 0)
    if isDone { data.first += 1 }
  }
  channel.close()
  semaphore.wait()
  check(data.first == 3)
}

// MARK: - One of them

let cases: [String: () -> Void] = [
  "sync-inverted": { syncNested(isInverted: true) },
  "sync-ordered": { syncNested(isInverted: false) },
  "sync-hang": syncHang,
  "sync-itself": selfSync,
  "sync-itself-within": { syncWithin(isItself: true) },
  "sync-within": { syncWithin(isItself: false) },
  "mixed-inverted": { mixed(isInverted: true) },
  "mixed-ordered": { mixed(isInverted: false) },
  "semaphore-inverted": { semaphores(isInverted: true) },
  "semaphore-ordered": { semaphores(isInverted: false) },
  "semaphore-hang": semaphoreHang,
  "group-under-lock": { groupWait(isUnderLock: true) },
  "group-outside-lock": { groupWait(isUnderLock: false) },
  "barrier-inverted": { barriers(isInverted: true) },
  "barrier-ordered": { barriers(isInverted: false) },
  "sync": sync, "async": async, "async-in-turn": asyncInTurn, "async-after": asyncAfter,
  "async-and-wait": asyncAndWait,
  "readers": readers, "barrier-items": barrierItems, "targets": targets, "suspended": suspended,
  "main-queue": mainQueue, "group": group, "group-notify": groupNotify, "semaphore": semaphore,
  "once": once, "item-wait": itemWait, "item-notify": itemNotify, "item-cancel": itemCancel,
  "concurrent-perform": concurrentPerform, "apply-on-queue": applyOnQueue, "source": source,
  "timers": timers, "descriptors": descriptors, "input-and-output": inputAndOutput,
]

func end() -> Never {
  print("done")
  exit(0)
}

guard let name = CommandLine.arguments.dropFirst().first, let run = cases[name] else { exit(98) }
run()
end()
