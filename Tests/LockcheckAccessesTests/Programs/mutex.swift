// Threads share an instance under a `Mutex`, whose lock and unlock are in their own code; with an argument
// `race` without it, with `inverted` they take two of them in opposite orders, one after the other; with `tried` the
// second is only tried. With `claimed` one exchanges a word as it would that of a lock, beside one.
import Glibc
import Synchronization

final class Shared: @unchecked Sendable {
  let mutex = Mutex(0)
  let other = Mutex(0)
  let isThrough = Atomic(false)
  let owner = Atomic<UInt32>(0)
  var count = 0
  var list: [Int] = []
}

let shared = Shared()
let mode = CommandLine.arguments.dropFirst().first ?? ""

typealias Body = @Sendable () -> Void

func thread(_ body: @escaping Body) -> pthread_t {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { context in
      (Unmanaged<AnyObject>.fromOpaque(context!).takeRetainedValue() as! Body)()
      return nil
    }, Unmanaged.passRetained(body as AnyObject).toOpaque())
  return thread
}

@inline(never) func work() {
  for number in 0..<200 {
    if mode == "race" { shared.count += 1 }
    shared.mutex.withLock {
      $0 += 1
      if mode != "race" { shared.count += 1 }
      shared.list.append(number)
    }
  }
}

@inline(never) func nest(_ outer: borrowing Mutex<Int>, _ inner: borrowing Mutex<Int>) {
  outer.withLock { a in inner.withLock { b in (a, b) = (b, a) } }
}

@inline(never) func tryNested(_ outer: borrowing Mutex<Int>, _ inner: borrowing Mutex<Int>) {
  outer.withLock { a in _ = inner.withLockIfAvailable { b in (a, b) = (b, a) } }
}

@_silgen_name("gettid") func gettid() -> Int32

/// What is claimed stays claimed.
@inline(never) func claim() {
  shared.mutex.withLock { $0 += 1 }
  let (isFirst, _) = shared.owner.compareExchange(
    expected: 0, desired: UInt32(gettid()), ordering: .acquiringAndReleasing)
  if isFirst { shared.count += 1 }
}

if mode == "claimed" {
  let threads = (0..<2).map { _ in thread { claim() } }
  for thread in threads { pthread_join(thread, nil) }
} else if mode == "inverted" || mode == "tried" {
  let both = mode == "tried" ? tryNested : nest
  let first = thread {
    both(shared.mutex, shared.other)
    shared.isThrough.store(true, ordering: .relaxed)
  }
  let second = thread {
    // Relaxed: nothing that is recorded orders the two.
    while !shared.isThrough.load(ordering: .relaxed) { sched_yield() }
    both(shared.other, shared.mutex)
  }
  pthread_join(first, nil)
  pthread_join(second, nil)
} else {
  let threads = (0..<3).map { _ in thread { work() } }
  for thread in threads { pthread_join(thread, nil) }
  exit(shared.mutex.withLock { $0 } == 600 ? 0 : 1)
}
