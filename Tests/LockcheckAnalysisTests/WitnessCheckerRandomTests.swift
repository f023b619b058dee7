import LockcheckAnalysis
import LockcheckTestKit
import LockcheckTrace
import Testing

private func randomTrace(_ seed: UInt64) -> Trace {
  var shape = RandomTrace.Shape()
  shape.threads = 2 + Int(seed % 3)
  shape.events = 20 + Int(seed % 30)
  return RandomTrace.make(seed: seed, shape: shape)
}

@Suite struct `Schedules of random runs` {
  /// Two thousand small runs, of every operation, in fifty pieces.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `every prefix of the run itself is correct`(piece: UInt64) {
    for seed in piece * 40..<piece * 40 + 40 {
      let trace = randomTrace(seed)
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      for length in 0...trace.events.count {
        let flaw = checker.flaw(in: Array(0..<length))
        #expect(flaw == nil, "seed \(seed), the first \(length) events")
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `no thread does its events out of order or leaves one out`(piece: UInt64) {
    for seed in piece * 40..<piece * 40 + 40 where seed % 4 == 0 {
      let trace = randomTrace(seed)
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      let threads = trace.events.map(\.thread)
      for index in threads.indices {
        guard let next = threads[(index + 1)...].firstIndex(of: threads[index]) else { continue }
        var schedule = Array(threads.indices)
        schedule.swapAt(index, next)
        #expect(checker.flaw(in: schedule) != nil, "seed \(seed), \(index) and \(next) swapped")
        schedule = threads.indices.filter { $0 != index }
        #expect(checker.flaw(in: schedule) != nil, "seed \(seed), without \(index)")
      }
    }
  }

  @Test func `no read sees another write`() {
    var tried = 0
    for seed in 0..<1000 as Range<UInt64> {
      let trace = randomTrace(seed)
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      for read in trace.events.indices {
        let event = trace.events[read]
        guard [.read, .atomicRead, .atomicUpdate].contains(event.operation),
          // The next thing that another thread does to the variable is a write.
          let write = trace.events[(read + 1)...].firstIndex(where: { $0.object == event.object }),
          [.write, .atomicWrite].contains(trace.events[write].operation),
          !trace.events[read..<write].contains(where: { $0.thread == trace.events[write].thread })
        else { continue }
        var schedule = Array(0..<read)
        schedule += [write, read]
        let flaw = checker.flaw(in: schedule)
        #expect(flaw != nil, "seed \(seed), \(write) before \(read)")
        if flaw?.rule == .otherValue { tried += 1 }
      }
    }
    #expect(tried > 100)
  }

  @Test func `neighbours that have nothing to do with one another may change places`() {
    var tried = 0
    for seed in 0..<1000 as Range<UInt64> {
      let trace = randomTrace(seed)
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      for index in trace.events.indices.dropLast() {
        let (one, other) = (trace.events[index], trace.events[index + 1])
        guard one.thread != other.thread, !one.operation.namesThread, !other.operation.namesThread,
          names(of: one).isDisjoint(with: names(of: other))
        else { continue }
        var schedule = Array(trace.events.indices)
        schedule.swapAt(index, index + 1)
        #expect(checker.flaw(in: schedule) == nil, "seed \(seed), at \(index)")
        tried += 1
      }
    }
    #expect(tried > 1000)
  }

  private func names(of event: Event) -> Set<ObjectID> {
    Set([event.object, event.lock].filter(\.isPresent))
  }

  @Test func `nonsense is refused or accepted, and never stops the program`() {
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var trace = randomTrace(seed)
      // What is done to which object, by whom and with what outcome is drawn anew: little of it can
      // have happened.
      for index in trace.events.indices where Bool.random(using: &random) {
        scramble(&trace.events[index], &random)
      }
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      #expect(checker.flaw(in: Array(trace.events.indices)) == nil, "seed \(seed)")
      let range = -2..<trace.events.count + 2
      for _ in 0..<20 {
        let drawn = (0..<8).map { _ in Int.random(in: range, using: &random) }
        let shuffled = trace.events.indices.shuffled(using: &random)
        _ = checker.flaw(in: shuffled, reaching: .stuck(drawn))
        let prefix = Array(0..<Int.random(in: 0..<trace.events.count, using: &random))
        _ = checker.flaw(in: prefix, reaching: .stuck(Array(drawn.prefix(2))))
        _ = checker.flaw(in: drawn, reaching: .adjacent(drawn[0], drawn[1]))
      }
    }
  }

  private func scramble(_ event: inout Event, _ random: inout SeededGenerator) {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: event.operation = Operation.allCases.randomElement(using: &random)!
    case 1: event.thread = ThreadID(Int.random(in: 0..<6, using: &random))
    case 2: event.object = Bool.random(using: &random) ? .absent : ObjectID(77)
    case 3: event.result = [.timeout, .failed, .error].randomElement(using: &random)!
    case 4: event.isPending.toggle()
    default: event.count = [0, 1, UInt64.max - 1].randomElement(using: &random)!
    }
  }
}
