import Lockcheck
import LockcheckTestKit
import Testing

/// The kinds of semaphores.
enum SemaphoreKind: String, CaseIterable, Sendable {
  case plain, bounded

  func make(value: Int) -> Lockcheck.Semaphore {
    switch self {
    case .plain: Lockcheck.Semaphore(value: value)
    case .bounded: BoundedSemaphore(value: value)
    }
  }

  /// With all its permits taken.
  func makeTaken(value: Int) -> Lockcheck.Semaphore {
    let semaphore = make(value: value)
    for _ in 0..<value { semaphore.acquire() }
    return semaphore
  }
}

private struct Refusal: Error {}

@Suite struct `Every semaphore` {
  @Test(arguments: SemaphoreKind.allCases)
  func `hands out as many permits as it has`(kind: SemaphoreKind) throws {
    let semaphore = kind.make(value: 2)
    semaphore.acquire()
    #expect(semaphore.acquireIfAvailable())
    #expect(semaphore.value == 0)
    #expect(!semaphore.acquireIfAvailable())
    #expect(try !semaphore.acquire(timeout: .milliseconds(1)))
    #expect(try !semaphore.acquire(timeout: .zero))
    semaphore.release()
    #expect(try semaphore.acquire(timeout: nil))
    semaphore.release(2)
    #expect(semaphore.value == 2)
  }

  @Test func `has one permit unless it is told another number`() {
    #expect(Lockcheck.Semaphore().value == 1)
    #expect(BoundedSemaphore().value == 1)
    #expect(Lockcheck.Semaphore(name: "S").name == "S")
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `refuses fewer than one permit`(kind: SemaphoreKind) {
    let semaphore = kind.makeTaken(value: 1)
    semaphore.release(0)
    semaphore.release(-1)
    #expect(semaphore.value == 0)
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `refuses a negative timeout`(kind: SemaphoreKind) {
    let semaphore = kind.make(value: 1)
    let error = #expect(throws: MisuseError.self) {
      try semaphore.acquire(timeout: .seconds(-1))
    }
    #expect(error?.code == .negativeTimeout)
    #expect(semaphore.value == 1)
  }

  @Test(arguments: [false, true])
  func `refuses a negative value`(isBounded: Bool) async {
    await #expect(processExitsWith: .failure) { [isBounded] in
      if isBounded {
        _ = BoundedSemaphore(value: -1)
      } else {
        _ = Lockcheck.Semaphore(value: -1)
      }
    }
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `takes permits back from any thread`(kind: SemaphoreKind) {
    let semaphore = kind.makeTaken(value: 1)
    elsewhere { semaphore.release() }
    #expect(semaphore.acquireIfAvailable())
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `serves who waits in order of arrival, and nobody overtakes`(kind: SemaphoreKind) {
    let semaphore = kind.makeTaken(value: 5)
    let order = Queue<Int>()
    let threads = (0..<5).map { number in
      let thread = started {
        semaphore.acquire()
        try order.put(number)
      }
      #expect(eventually { semaphore.waitingCount == number + 1 })
      return thread
    }
    for number in 0..<5 {
      semaphore.release()
      #expect(ends(threads[number]))
      #expect((try? order.tryGet()) == number)
      #expect(!semaphore.acquireIfAvailable())
    }
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `wakes as many as it has permits for`(kind: SemaphoreKind) {
    let semaphore = kind.makeTaken(value: 4)
    let threads = (0..<3).map { _ in started { semaphore.acquire() } }
    #expect(eventually { semaphore.waitingCount == 3 })
    semaphore.release(4)
    #expect(end(threads))
    #expect(semaphore.value == 1)
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `lets in as many threads as it has permits, and no more`(kind: SemaphoreKind) {
    let semaphore = kind.make(value: 3)
    let inside = SharedAtomic(0)
    let leave = Lockcheck.Event()
    let threads = (0..<8).map { _ in
      started {
        semaphore.withPermit {
          inside.wrappingAdd(1)
          leave.wait()
        }
      }
    }
    #expect(eventually { semaphore.waitingCount == 5 && inside.load() == 3 })
    leave.set()
    #expect(end(threads))
    #expect(inside.load() == 8)
    #expect(semaphore.value == 3)
  }

  @Test(arguments: SemaphoreKind.allCases, 0..<2 as Range<UInt64>)
  func `loses no permit when waits time out`(kind: SemaphoreKind, seed: UInt64) {
    let semaphore = kind.make(value: 2)
    let inside = SharedAtomic(0)
    let tooMany = SharedAtomic(0)
    let threads = (0..<4).map { number in
      started {
        var random = SeededGenerator(seed: seed &* 100 &+ UInt64(number))
        for _ in 0..<1000 {
          let timeout = Duration.microseconds(Int.random(in: 0..<60, using: &random))
          guard try semaphore.acquire(timeout: timeout) else { continue }
          if inside.wrappingAdd(1) > 2 { tooMany.wrappingAdd(1) }
          inside.wrappingAdd(-1)
          semaphore.release()
        }
      }
    }
    #expect(end(threads))
    #expect(tooMany.load() == 0)
    #expect(semaphore.value == 2)
    #expect(semaphore.waitingCount == 0)
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `has a permit out during withPermit only, also when the body throws`(
    kind: SemaphoreKind
  ) {
    let semaphore = kind.make(value: 1)
    #expect(semaphore.withPermit { semaphore.value } == 0)
    #expect(semaphore.value == 1)
    #expect(throws: Refusal.self) {
      try semaphore.withPermit { () throws(Refusal) in throw Refusal() }
    }
    #expect(semaphore.value == 1)
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `can be destroyed while permits are out`(kind: SemaphoreKind) {
    weak var gone: Lockcheck.Semaphore?
    do { gone = kind.makeTaken(value: 1) }
    #expect(gone == nil)
  }

  @Test(arguments: SemaphoreKind.allCases)
  func `answers to DispatchSemaphore's names`(kind: SemaphoreKind) {
    let semaphore = kind.makeTaken(value: 1)
    #expect(semaphore.signal() == 0)
    semaphore.wait()
    let thread = started { semaphore.wait() }
    #expect(eventually { semaphore.waitingCount == 1 })
    #expect(semaphore.signal() != 0)
    #expect(ends(thread))
  }
}

@Suite struct `A semaphore` {
  @Test func `may come to have more permits than at first`() {
    let semaphore = Lockcheck.Semaphore(value: 0)
    semaphore.release(5)
    #expect(semaphore.value == 5)
  }
}

@Suite struct `A bounded semaphore` {
  @Test func `refuses a release past its bound, in whole`() {
    let semaphore = BoundedSemaphore(value: 2)
    semaphore.release()
    #expect(semaphore.value == 2)
    semaphore.acquire()
    semaphore.release(2)
    #expect(semaphore.value == 1)
    semaphore.release(.max)
    #expect(semaphore.value == 1)
    semaphore.release()
    #expect(semaphore.value == 2)
  }

  @Test func `hands a permit to who waits without passing its bound`() {
    let semaphore = BoundedSemaphore(value: 1)
    semaphore.acquire()
    let thread = started { semaphore.acquire() }
    #expect(eventually { semaphore.waitingCount == 1 })
    semaphore.release()
    #expect(ends(thread))
    #expect(semaphore.value == 0)
    semaphore.release()
    #expect(semaphore.value == 1)
  }
}
