// Threads share an instance under a `Mutex`, whose lock and unlock are in their own code; with an argument
// `race` without it, with `inverted` they take two of them in opposite orders, one after the other.
import Glibc
import Synchronization

final class Shared: @unchecked Sendable {
  let mutex = Mutex(0)
  let other = Mutex(0)
  let isThrough = Atomic(false)
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

if mode == "inverted" {
  let first = thread {
    nest(shared.mutex, shared.other)
    shared.isThrough.store(true, ordering: .relaxed)
  }
  let second = thread {
    // Relaxed: nothing that is recorded orders the two.
    while !shared.isThrough.load(ordering: .relaxed) { sched_yield() }
    nest(shared.other, shared.mutex)
  }
  pthread_join(first, nil)
  pthread_join(second, nil)
} else {
  let threads = (0..<3).map { _ in thread { work() } }
  for thread in threads { pthread_join(thread, nil) }
  exit(shared.mutex.withLock { $0 } == 600 ? 0 : 1)
}
