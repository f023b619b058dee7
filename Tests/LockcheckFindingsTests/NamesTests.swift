import LockcheckFindings
import LockcheckTrace
import Testing

@Suite struct `A name in a report` {
  private func cast(_ build: (inout Sample) -> (ThreadID, ObjectID)) -> Cast {
    var sample = Sample()
    _ = sample.thread("somebody else")
    let (thread, object) = build(&sample)
    let finding = Finding(
      .lockLeak, .observed, .leaked, steps: [sample.step(.exit, thread, object, event: 0)])
    return sample.report([finding]).findings[0].cast
  }

  @Test func `is the program's own where there is one`() {
    let cast = cast { ($0.thread("eater", externalID: 7), $0.object("fork[0]", externalID: 9)) }
    #expect(cast.threads == ["eater"])
    #expect(cast.objects == ["fork[0]"])
  }

  @Test func `is the birthplace of a nameless object, in the program's own code`() {
    let cast = cast { sample in
      let site = sample.stack(
        (function: "Lockcheck.Lock.init(name:)", file: "/x/Sources/Lockcheck/Lock.swift", line: 5),
        (function: "Bank.init()", file: "/home/ann/Bank.swift", line: 12))
      return (sample.thread(nil, externalID: 3), sample.object(nil, madeAt: site, externalID: 9))
    }
    #expect(cast.threads == ["thread 3"])
    #expect(cast.objects == ["Lock made at Bank.swift:12"])
  }

  @Test func `is the trace's number where nothing else is known`() {
    let cast = cast { ($0.thread(nil, externalID: 3), $0.object(nil, .rwlock, externalID: 9)) }
    #expect(cast.threads == ["thread 3"])
    #expect(cast.objects == ["rwlock 9"])
  }

  @Test func `is a label in the order of mention where there is not even a number`() {
    let cast = cast { ($0.thread(nil), $0.object(nil, .queue)) }
    #expect(cast.threads == ["T0"])
    #expect(cast.objects == ["Q0"])
  }

  @Test func `tells two apart that the program calls the same`() {
    var sample = Sample()
    let (t1, t2) = (sample.thread("worker"), sample.thread("worker"))
    let (a, b) = (sample.object("account"), sample.object("account"))
    let finding = Finding(
      .lockOrderCycle, .possible, .orderCycle,
      steps: [
        sample.step(.acquire, t1, b, event: 1, holding: [a]),
        sample.step(.acquire, t2, a, event: 3, holding: [b]),
      ])
    let cast = sample.report([finding]).findings[0].cast
    #expect(cast.threads == ["worker", "worker #2"])
    #expect(cast.objects == ["account", "account #2"])
  }
}

@Suite struct `The telling frames of a stack` {
  private func telling(_ frames: (function: String?, file: String?)...) -> [String?] {
    frames.map { Frame(function: $0.function, file: $0.file) }.telling.map(\.function)
  }

  @Test func `leave out runtime, lockcheck and what the compiler made`() {
    #expect(
      telling(
        ("Lock.lock()", "/deps/lockcheck/Sources/Lockcheck/Lock.swift"), ("eat()", "Eat.swift"),
        ("partial apply for closure #1 in main()", nil), ("main()", "Main.swift"),
        ("start_thread", nil), ("swift_task_run", "Task.cpp")) == ["eat()", "main()"])
  }

  @Test func `are the program's functions where no file is known`() {
    #expect(telling(("eat()", nil), ("main()", nil), ("_start", nil)) == ["eat()", "main()"])
  }

  @Test func `are all where none is the program's own`() {
    #expect(telling(("start_thread", nil), ("clone", nil)) == ["start_thread", "clone"])
  }

  @Test func `know a specialization of the primitives by what was specialized`() {
    #expect(
      telling(
        ("generic specialization <Int> of Lockcheck.Lock.withLock<A>(_:)", nil),
        ("generic specialization <Int> of Bank.move<A>(_:)", nil))
        == ["generic specialization <Int> of Bank.move<A>(_:)"])
  }
}
