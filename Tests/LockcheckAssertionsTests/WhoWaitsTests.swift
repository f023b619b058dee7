import LockcheckPipeline
import LockcheckTrace
import Testing

@Suite struct `Who waits for whom` {
  private let one = ThreadID(0)
  private let other = ThreadID(1)
  private let lock = ObjectID(0)
  private let condition = ObjectID(1)

  @Test func `names what a thread waits for, and who holds that`() {
    let text = text([event(.acquire, one, lock), event(.acquire, other, lock, isPending: true)])
    #expect(
      text == """
          thread 'one' waits for nothing that lockcheck knows; its last event: acquire of rlock 'lock'
          thread 'other' waits: acquire of rlock 'lock'
            held by thread 'one'
        """)
  }

  @Test func `names nobody who has given the lock back`() {
    let given = [event(.acquire, one, lock), event(.release, one, lock)]
    #expect(!text(given + [event(.acquire, other, lock, isPending: true)]).contains("held by"))
  }

  @Test func `names a holder once, and until the lock is given back as often as taken`() {
    let twice = [event(.acquire, one, lock), event(.acquire, one, lock)]
    let wait = event(.acquire, other, lock, isPending: true)
    #expect(text(twice + [wait]).ranges(of: "held by").count == 1)
    #expect(text(twice + [event(.release, one, lock), wait]).contains("held by thread 'one'"))
  }

  @Test func `takes a lock for given up while its holder waits on a condition`() {
    let waiting = [
      event(.acquire, one, lock), event(.acquire, one, lock),
      event(.wait, one, condition, isPending: true),
    ]
    let blocked = event(.acquire, other, lock, isPending: true)
    #expect(!text(waiting + [blocked]).contains("held by"))
    var timedOut = event(.wait, one, condition)
    timedOut.result = .timeout
    #expect(text(waiting + [timedOut, blocked]).contains("held by thread 'one'"))
  }

  @Test func `takes a lock for free that another thread has given back`() {
    let handed = [event(.acquire, one, lock), event(.release, other, lock)]
    #expect(!text(handed + [event(.acquire, other, lock, isPending: true)]).contains("held by"))
  }

  @Test func `leaves threads out that have ended, and says that a wait is for a time`() {
    var timed = event(.acquire, other, lock, isPending: true)
    timed.attempt = .timed
    let text = text([event(.acquire, one, lock), event(.exit, one, .absent), timed])
    #expect(!text.contains("thread 'one' waits"))
    #expect(text.contains("thread 'other' waits: acquire of rlock 'lock' (for a time)"))
  }

  @Test func `counts those that wait for nothing, where only the others are asked for`() {
    let wait = event(.acquire, other, lock, isPending: true)
    #expect(
      text([event(.acquire, one, lock), wait], all: false) == """
          thread 'other' waits: acquire of rlock 'lock'
            held by thread 'one'
          one other thread waits for nothing that lockcheck knows
        """)
    #expect(
      text([event(.acquire, one, lock)], all: false)
        == "  no thread waits for anything that lockcheck knows")
  }

  @Test func `names the holder that a wait tells of itself`() {
    var wait = event(.acquire, other, lock, isPending: true)
    wait.holder = one
    #expect(text([wait]).contains("held by thread 'one'"))
  }

  private func event(
    _ operation: LockcheckTrace.Operation, _ thread: ThreadID, _ object: ObjectID,
    isPending: Bool = false
  ) -> Event {
    var event = Event(operation, by: thread, on: object)
    event.isPending = isPending
    if operation == .wait { event.lock = lock }
    return event
  }

  private func text(_ events: [Event], all: Bool = true) -> String {
    var tables = TraceTables()
    tables.threads = [ThreadRow(name: "one"), ThreadRow(name: "other")]
    _ = tables.objects.append(kind: .rlock, name: "lock", stack: .absent)
    _ = tables.objects.append(kind: .condition, name: "condition", stack: .absent)
    var waits = WhoWaits(tables)
    events.forEach { waits.observe($0) }
    return waits.text(all: all)
  }
}
