import Lockcheck
import Synchronization
import Testing

@Suite struct `A thread-local variable` {
  @Test func `is another one on each thread`() {
    let local = ThreadLocal(0)
    local.value = 1
    let others = (1...3).map { number in
      elsewhere { () -> [Int] in
        let before = local.value
        local.value += number * 10
        return [before, local.value]
      }
    }
    #expect(others == [[0, 10], [0, 20], [0, 30]])
    #expect(local.value == 1)
  }

  @Test func `begins with a value made for its thread, when it is first asked for`() {
    let made = SharedAtomic(0)
    let local = ThreadLocal(
      { () -> Int in
        made.update { $0 += 1 }
        return made.load()
      }())
    #expect(made.load() == 0)
    #expect(local.value == 1)
    #expect(local.value == 1)
    #expect(elsewhere { [local.value, local.value] } == [2, 2])
    #expect(made.load() == 2)
  }

  @Test func `is none of another variable's business`() {
    let (one, other) = (ThreadLocal("one"), ThreadLocal("other"))
    one.value = "changed"
    #expect(other.value == "other")
  }

  @Test func `begins anew after a reset, on that thread alone`() {
    let local = ThreadLocal(5)
    local.value = 6
    elsewhere {
      local.value = 7
      local.reset()
      #expect(local.value == 5)
    }
    #expect(local.value == 6)
    local.reset()
    #expect(local.value == 5)
  }

  @Test func `lets go of a thread's value when the thread ends`() {
    final class Canary: Sendable {}
    let local = ThreadLocal<Canary?>(nil)
    let canary = Watched<Canary>()
    elsewhere {
      let alive = Canary()
      canary.object.withLock { $0 = Watched.Weak(alive) }
      local.value = alive
      #expect(canary.isAlive)
    }
    #expect(eventually { !canary.isAlive && local.threadCount == 0 })
  }

  @Test func `lets go of all values with itself`() {
    final class Canary: Sendable {}
    var local: ThreadLocal<Canary?>? = ThreadLocal<Canary?>(nil)
    let canary = Watched<Canary>()
    do {
      let alive = Canary()
      canary.object.withLock { $0 = Watched.Weak(alive) }
      local!.value = alive
    }
    #expect(canary.isAlive)
    local = nil
    #expect(!canary.isAlive)
  }

  @Test func `may use others while its values go`() {
    final class User: Sendable {
      let other: ThreadLocal<Int>
      init(_ other: ThreadLocal<Int>) { self.other = other }
      deinit { other.value += 1 }
    }
    let other = ThreadLocal(0)
    let local = ThreadLocal<User?>(nil)
    elsewhere { local.value = User(other) }
    #expect(eventually { local.threadCount == 0 })
    #expect(eventually { other.threadCount == 0 })
  }
}

/// Looks at an object without keeping it.
private final class Watched<Object: AnyObject & Sendable>: Sendable {
  struct Weak: Sendable {
    weak let object: Object?
    init(_ object: Object?) { self.object = object }
  }

  let object = Mutex(Weak(nil))
  var isAlive: Bool { object.withLock { $0.object != nil } }
}
