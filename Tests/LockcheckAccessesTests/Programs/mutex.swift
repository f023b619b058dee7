// Threads share an instance under a `Mutex`, whose lock and unlock are in their own code; with an argument
// `race` without it, with `inverted` they take two of them in opposite orders, one after the other.
import Glibc
import Synchronization

final class Shared: @unchecked Sendable {
  let mutex = Mutex(0)
  let other = Mutex(0)
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
  // A pipe: nothing that is recorded orders the two.
  var ends: (Int32, Int32) = (0, 0)
  withUnsafeMutableBytes(of: &ends) {
    _ = pipe($0.baseAddress!.assumingMemoryBound(to: Int32.self))
  }
  let (reading, writing) = ends
  let first = thread {
    nest(shared.mutex, shared.other)
    _ = write(writing, "x", 1)
  }
  let second = thread {
    var byte: UInt8 = 0
    _ = read(reading, &byte, 1)
    nest(shared.other, shared.mutex)
  }
  pthread_join(first, nil)
  pthread_join(second, nil)
} else {
  let threads = (0..<3).map { _ in thread { work() } }
  for thread in threads { pthread_join(thread, nil) }
  exit(shared.mutex.withLock { $0 } == 600 ? 0 : 1)
}
