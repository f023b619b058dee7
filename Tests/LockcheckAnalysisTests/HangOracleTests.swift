import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

@Suite struct `Hangs against every schedule` {
  /// Three thousand runs of every operation.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the states in which nobody can go on are those that some schedule reaches`(piece: UInt64) {
    for seed in piece * 50..<piece * 50 + 50 {
      let trace = run(seed)
      let reach = Reorderings(of: trace).all()
      let space = HangSpace(
        HangModel(trace.events, tables: trace.tables), stateLimit: 1_000_000, hangLimit: .max)
      #expect(space.isComplete)
      let found = Set(space.hangs.map { $0.waits.map(\.place).sorted() })
      let extra = found.subtracting(reach.hangs)
      #expect(extra.isEmpty, "not reached: \(extra), seed \(seed)\n\(drawing(of: trace))")
      let missing = reach.hangs.subtracting(found)
      #expect(missing.isEmpty, "missed: \(missing), seed \(seed)\n\(drawing(of: trace))")
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the checker agrees with each of them, and with no state before`(piece: UInt64) {
    for seed in piece * 50..<piece * 50 + 50 {
      let trace = run(seed)
      let checker = WitnessChecker(trace.events, tables: trace.tables)
      let space = HangSpace(
        HangModel(trace.events, tables: trace.tables), stateLimit: 1_000_000, hangLimit: .max)
      for hang in space.hangs {
        let goal = WitnessGoal.hung(hang.waits.map(\.place))
        let flaw = checker.flaw(in: hang.schedule, reaching: goal)
        #expect(flaw == nil, "\(flaw?.description ?? ""), seed \(seed)\n\(drawing(of: trace))")
        guard let last = hang.schedule.last else { continue }
        // Without its last event, that one could still be done.
        let less = Array(hang.schedule.dropLast())
        let isWait = trace.events[last].operation == .wait
        if !isWait { #expect(checker.flaw(in: less, reaching: goal) != nil, "seed \(seed)") }
        let fewer = WitnessGoal.hung(hang.waits.dropLast().map(\.place))
        #expect(checker.flaw(in: hang.schedule, reaching: fewer) != nil, "seed \(seed)")
      }
    }
  }

  private func run(_ seed: UInt64) -> Trace {
    var shape = RandomTrace.Shape()
    shape.threads = 2 + Int(seed % 3)
    shape.events = 14 + Int(seed % 9)
    var trace = RandomTrace.make(seed: seed, shape: shape)
    // A thread that is only known by name could do anything: nobody would ever hang.
    let known = trace.events.flatMap { [$0.thread, $0.child] }.filter(\.isPresent).map(\.index)
    let count = (known.max() ?? 0) + 1
    let rows = trace.tables.threads.prefix(count)
    trace.tables.threads = []
    for row in rows { trace.tables.threads.append(row) }
    return trace
  }
}
