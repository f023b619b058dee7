import Lockcheck

/// How pairs follow each other.
enum PairScenario: String, CaseIterable {
  /// One thread, one after the other.
  case single
  /// One thread, a second one inside the first.
  case nested
  /// Two threads that want the same one all the time.
  case contended
}

/// Measures what one pair costs.
struct PairMeasurement {
  /// How long to measure, about.
  let nanoseconds: UInt64

  /// Nanoseconds for one pair: of processor time, where one thread runs, so that others on the machine
  /// do not count; as the clock goes where two threads wait for each other.
  func measure<Subject: PairSubject>(_ scenario: PairScenario, _: Subject.Type) -> Double {
    // Where the clock counts, the start of the threads and one turn of the scheduler must be little.
    var count = scenario == .contended ? 20_000 : 500
    while true {
      let time = Self.time(scenario, Subject(), Subject(), count)
      if time >= nanoseconds { return Double(time) / Double(count) }
      // Not at once: the first few pairs also pay for what is made on first use.
      let wanted = Double(nanoseconds) / Double(max(time, 1)) * Double(count) * 1.2
      count = min(Int(wanted), count * 10)
    }
  }

  /// The time that `count` pairs take.
  private static func time<Subject: PairSubject>(
    _ scenario: PairScenario, _ first: Subject, _ second: Subject, _ count: Int
  ) -> UInt64 {
    switch scenario {
    case .single:
      let start = Machine.threadTime
      takeInTurns(first, count)
      return Machine.threadTime - start
    case .nested:
      let start = Machine.threadTime
      nest(first, second, count / 2)
      return Machine.threadTime - start
    case .contended:
      let threads = (0..<2).map { _ in CheckedThread { takeInTurns(first, count / 2) } }
      let start = Machine.time
      for thread in threads { thread.start() }
      for thread in threads { thread.join() }
      return Machine.time - start
    }
  }

  @inline(never)
  private static func takeInTurns<Subject: PairSubject>(_ subject: Subject, _ count: Int) {
    for _ in 0..<count {
      subject.take()
      subject.giveBack()
    }
  }

  @inline(never)
  private static func nest<Subject: PairSubject>(_ outer: Subject, _ inner: Subject, _ count: Int) {
    for _ in 0..<count {
      outer.take()
      inner.take()
      inner.giveBack()
      outer.giveBack()
    }
  }
}
