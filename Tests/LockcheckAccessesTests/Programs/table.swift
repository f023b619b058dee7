// One kind of lock and one case: `KIND CASE`. A kind is pthread, nslock, mutex, queue or semaphore; a case
//
// - `race`: two threads count without the lock, which they use for something else;
// - `counter`: they count under it;
// - `inverted`: they take two locks in opposite orders, one after the other;
// - `ordered`: they take them in one order.
import Dispatch
import Foundation
import Synchronization

protocol Exclusion: Sendable {
  init()
  func withLock(_ body: () -> Void)
}

final class Pthread: Exclusion, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  init() { pthread_mutex_init(mutex, nil) }
  func withLock(_ body: () -> Void) {
    pthread_mutex_lock(mutex)
    body()
    pthread_mutex_unlock(mutex)
  }
}

final class Foundations: Exclusion {
  private let lock = NSLock()
  init() {}
  func withLock(_ body: () -> Void) { lock.withLock(body) }
}

final class Standard: Exclusion {
  private let mutex = Mutex(())
  init() {}
  func withLock(_ body: () -> Void) { mutex.withLock { _ in body() } }
}

final class Queued: Exclusion {
  private let queue = DispatchQueue(label: "queue")
  init() {}
  func withLock(_ body: () -> Void) { queue.sync(execute: body) }
}

final class Permitted: Exclusion {
  private let semaphore = DispatchSemaphore(value: 1)
  init() {}
  func withLock(_ body: () -> Void) {
    semaphore.wait()
    body()
    semaphore.signal()
  }
}

final class Counter: @unchecked Sendable { var count = 0 }

/// Runs two closures on threads of their own; the second begins when the first is over where `isApart`, which
/// nothing that is recorded says: it stands for luck.
func onThreads(
  isApart: Bool, _ first: @escaping @Sendable () -> Void,
  _ second: @escaping @Sendable () -> Void
) {
  let mark = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
  let threads = [
    start {
      first()
      if isApart { close(open(mark, O_CREAT | O_WRONLY, 0o600)) }
    },
    start {
      while isApart && access(mark, F_OK) != 0 { usleep(1000) }
      second()
    },
  ]
  for thread in threads { pthread_join(thread, nil) }
  unlink(mark)
}

func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  return thread
}

func run<Lock: Exclusion>(_ kind: Lock.Type, _ name: String) {
  let first = Lock()
  let second = Lock()
  let counter = Counter()
  switch name {
  case "race":
    let work: @Sendable () -> Void = {
      for _ in 0..<50 {
        first.withLock {}
        counter.count += 1
      }
    }
    onThreads(isApart: false, work, work)
  case "counter":
    let work: @Sendable () -> Void = { for _ in 0..<200 { first.withLock { counter.count += 1 } } }
    onThreads(isApart: false, work, work)
    first.withLock { precondition(counter.count == 400) }
  case "inverted", "ordered":
    let nested: @Sendable (Lock, Lock) -> Void = { outer, inner in
      outer.withLock { inner.withLock {} }
    }
    let isInverted = name == "inverted"
    onThreads(
      isApart: true, { nested(first, second) },
      { isInverted ? nested(second, first) : nested(first, second) })
  default: fatalError("race, counter, inverted or ordered")
  }
}

let arguments = CommandLine.arguments
switch arguments[1] {
case "pthread": run(Pthread.self, arguments[2])
case "nslock": run(Foundations.self, arguments[2])
case "mutex": run(Standard.self, arguments[2])
case "queue": run(Queued.self, arguments[2])
case "semaphore": run(Permitted.self, arguments[2])
default: fatalError("pthread, nslock, mutex, queue or semaphore")
}
