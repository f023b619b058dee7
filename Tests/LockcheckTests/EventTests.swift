import Lockcheck
import Testing

@Suite struct `An event` {
  @Test func `is down at first, up after set, and down after clear`() throws {
    let event = Lockcheck.Event()
    #expect(!event.isSet)
    #expect(try !event.wait(timeout: .zero))
    event.set()
    event.set()
    #expect(event.isSet)
    event.wait()
    #expect(try event.wait(timeout: .zero))
    event.clear()
    #expect(!event.isSet)
    #expect(try !event.wait(timeout: .milliseconds(1)))
  }

  @Test func `wakes all who wait, even when it is cleared at once`() {
    let event = Lockcheck.Event()
    let threads = (0..<10).map { _ in started { event.wait() } }
    #expect(eventually { event.waitingCount == 10 })
    event.set()
    event.clear()
    #expect(end(threads))
    #expect(!event.isSet)
  }

  @Test func `holds nobody up once it is up, and all again once it is down`() throws {
    let event = Lockcheck.Event()
    let seen = SharedAtomic<[Bool]>([])
    let threads = (0..<5).map { _ in
      started {
        let waits = [try event.wait(timeout: nil), try event.wait(timeout: .zero)]
        seen.update { $0 += waits }
      }
    }
    #expect(eventually { event.waitingCount == 5 })
    #expect(seen.load().isEmpty)
    event.set()
    #expect(end(threads))
    #expect(seen.load() == Array(repeating: true, count: 10))
    event.clear()
    let late = started { event.wait() }
    #expect(eventually { event.waitingCount == 1 })
    event.set()
    #expect(ends(late))
  }

  @Test func `tells a wait that a set ended from one that ran out`() throws {
    let event = Lockcheck.Event()
    let result = SharedAtomic<Bool?>(nil)
    let thread = started { result.store(try event.wait(timeout: .seconds(60))) }
    #expect(eventually { event.waitingCount == 1 })
    event.set()
    #expect(ends(thread))
    #expect(result.load() == true)
  }

  @Test func `refuses a negative timeout`() {
    let error = #expect(throws: MisuseError.self) {
      try Lockcheck.Event().wait(timeout: .seconds(-1))
    }
    #expect(error?.code == .negativeTimeout)
  }

  @Test func `never loses a set to a timeout`() {
    for round in 0..<200 {
      let event = Lockcheck.Event()
      let result = SharedAtomic(false)
      let thread = started { result.store(try event.wait(timeout: .microseconds(round))) }
      event.set()
      #expect(ends(thread))
      #expect(event.isSet)
      #expect(event.waitingCount == 0)
    }
  }
}
