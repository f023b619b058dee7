import Lockcheck
import LockcheckTestKit
import Testing

private struct Refusal: Error {}

@Suite struct `Every lock` {
  @Test(arguments: LockKind.allCases)
  func `is free at first, held between lock and unlock, and free again`(kind: LockKind) {
    let lock = kind.make()
    #expect(lock.isFree)
    lock.lock()
    #expect(!lock.isFree)
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `is free again after withLock, also when the body throws`(kind: LockKind) throws {
    let lock = kind.make()
    #expect(lock.withLock { lock.isFree } == false)
    #expect(lock.isFree)
    #expect(throws: Refusal.self) { try lock.withLock { throw Refusal() } }
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `is got by a try when it is free and not when another thread has it`(kind: LockKind) {
    let lock = kind.make()
    #expect(lock.lockIfAvailable())
    #expect(!elsewhere { lock.lockIfAvailable() })
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `is got within any timeout when it is free`(kind: LockKind) throws {
    let lock = kind.make()
    for timeout in [nil, Duration.zero, .nanoseconds(1), .seconds(1), .seconds(Int64.max)] {
      #expect(try lock.lock(timeout: timeout))
      lock.unlock()
    }
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `is not got within a timeout when another thread has it, and is unharmed`(
    kind: LockKind
  ) throws {
    let lock = kind.make()
    lock.lock()
    #expect(try elsewhere { Result { try lock.lock(timeout: .zero) } }.get() == false)
    #expect(try elsewhere { Result { try lock.lock(timeout: .milliseconds(2)) } }.get() == false)
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `refuses a negative timeout`(kind: LockKind) {
    let lock = kind.make()
    let error = #expect(throws: MisuseError.self) { try lock.lock(timeout: .nanoseconds(-1)) }
    #expect(error?.code == .negativeTimeout)
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `lets a waiting thread in when it is given back`(kind: LockKind) {
    let lock = kind.make()
    let order = Queue<String>()
    lock.lock()
    let waiter = started {
      try order.put("waiter comes")
      lock.lock()
      try order.put("waiter is in")
      lock.unlock()
    }
    #expect((try? order.get()) == "waiter comes")
    #expect(order.isEmpty)
    lock.unlock()
    #expect(ends(waiter))
    #expect((try? order.tryGet()) == "waiter is in")
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `lets all who wait in, one after another`(kind: LockKind) {
    let lock = kind.make()
    let coming = SharedAtomic(0)
    let entered = Plain(0)
    lock.lock()
    let threads = (0..<5).map { _ in
      started {
        coming.wrappingAdd(1)
        lock.withLock { entered.value += 1 }
      }
    }
    #expect(eventually { coming.load() == 5 })
    #expect(entered.value == 0)
    lock.unlock()
    #expect(end(threads))
    #expect(lock.withLock { entered.value } == 5)
  }

  @Test(arguments: LockKind.allCases)
  func `can be taken by others after a timeout that its holder caused`(kind: LockKind) throws {
    let lock = kind.make()
    lock.lock()
    let timedOut = elsewhere { (try? lock.lock(timeout: .milliseconds(1))) == false }
    lock.unlock()
    #expect(timedOut)
    let taken = elsewhere {
      guard lock.lockIfAvailable() else { return false }
      lock.unlock()
      return true
    }
    #expect(taken)
  }

  @Test(arguments: LockKind.allCases)
  func `keeps threads apart, whichever way they come in`(kind: LockKind) {
    let lock = kind.make()
    let count = Plain(0)
    let threads = (0..<4).map { number in
      started {
        var random = SeededGenerator(seed: UInt64(number))
        var done = 0
        while done < 2000 {
          switch Int.random(in: 0..<4, using: &random) {
          case 0: if !lock.lockIfAvailable() { continue }
          case 1: if try !lock.lock(timeout: .microseconds(50)) { continue }
          default: lock.lock()
          }
          count.value += 1
          lock.unlock()
          done += 1
        }
      }
    }
    #expect(end(threads))
    #expect(count.value == 8000)
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases.filter(\.isRecursive))
  func `can be taken again by its owner, and is free after as many unlocks`(
    kind: LockKind
  ) throws {
    let lock = kind.make()
    lock.lock()
    #expect(lock.lockIfAvailable())
    #expect(try lock.lock(timeout: .zero))
    lock.unlock()
    lock.unlock()
    #expect(!lock.isFree)
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases.filter { !$0.isRecursive })
  func `cannot be taken again by its owner`(kind: LockKind) throws {
    let lock = kind.make()
    lock.lock()
    #expect(!lock.lockIfAvailable())
    #expect(try !lock.lock(timeout: .milliseconds(1)))
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases)
  func `stays as it is when it is released but free`(kind: LockKind) {
    let lock = kind.make()
    lock.unlock()
    lock.unlock()
    #expect(lock.isFree)
    lock.lock()
    #expect(!lock.isFree)
    lock.unlock()
    #expect(lock.isFree)
  }

  @Test(arguments: LockKind.allCases.filter { $0 != .handoverLock })
  func `stays held when another thread releases it`(kind: LockKind) {
    let lock = kind.make()
    lock.lock()
    elsewhere { lock.unlock() }
    #expect(!lock.isFree)
    lock.unlock()
    #expect(lock.isFree)
  }
}

/// A variable without any protection: it counts right only if something else keeps threads apart.
final class Plain<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
