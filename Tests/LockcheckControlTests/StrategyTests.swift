import Foundation
import LockcheckControl
import Testing

@Suite struct `Every strategy` {
  static let methods: [ExplorationMethod] = [
    .random, .walk(percent: 20), .pct(depth: 2), .pct(depth: 3), .pct(depth: 5), .pos, .urw, .surw,
    .bounded(preemptions: 2), .portfolio,
  ]

  @Test(arguments: methods)
  func `makes legal schedules, the same again from the same numbers`(method: ExplorationMethod) {
    for seed in UInt64(0)..<100 {
      let program = ModelProgram.random(seed: seed)
      var first = method.strategy()
      var second = method.strategy()
      for iteration in 0..<12 {
        let one = run(program, &first, iteration, seed)
        let other = run(program, &second, iteration, seed)
        #expect(one != nil && one == other, "\(method), seed \(seed), iteration \(iteration)")
      }
    }
  }

  @Test func `makes a schedule again from what it says it must have seen`() throws {
    let program = ModelBenchmarks.reorder(4)
    var portfolio: any Strategy = Portfolio()
    for iteration in 0..<40 {
      let expected = run(program, &portfolio, iteration, 7)
      let origin = portfolio.origin(of: iteration)
      var again = try ExplorationMethod(parsing: origin.strategy).strategy()
      switch again.memory {
      case .nothing: break
      case .profile: _ = run(program, &again, 0, 7)
      case .everything: for i in 0..<origin.iteration { _ = run(program, &again, i, 7) }
      }
      #expect(
        run(program, &again, origin.iteration, 7) == expected, "\(origin), iteration \(iteration)")
    }
  }

  @Test(arguments: methods)
  func `is known by its name`(method: ExplorationMethod) throws {
    #expect(try ExplorationMethod(parsing: method.description) == method)
    #expect(method.strategy().name == method.description)
  }

  @Test(arguments: [
    "", "pct", "pct0", "pct03", "pct101", "walk0", "bounded", "bounded101", "POS", "pct-1",
    "pct99999999999999999999", "pct٣",
  ])
  func `is not known by another`(name: String) {
    #expect(throws: UnknownMethod(name: name)) { try ExplorationMethod(parsing: name) }
  }

  /// `LOCKCHECK_MEASURE=portfolio,surw swift test --filter LockcheckControlTests` prints a table.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LOCKCHECK_MEASURE"] != nil))
  func `finds bugs after so many schedules`() throws {
    let names = ProcessInfo.processInfo.environment["LOCKCHECK_MEASURE"] ?? ""
    for (name, program) in ModelBenchmarks.all {
      var line = name.padding(toLength: 12, withPad: " ", startingAt: 0)
      for method in try names.split(separator: ",").map({
        try ExplorationMethod(parsing: String($0))
      }) {
        let counts = (UInt64(1)...20).compactMap { schedulesToBug(program, method, seed: $0) }
        let mean = counts.isEmpty ? 0 : Double(counts.reduce(0, +)) / Double(counts.count)
        line += " \(method) \(counts.count)/20 \((mean * 10).rounded() / 10);"
      }
      print(line)
    }
  }

  @Test func `of the default finds the benchmarks' bugs soon`() {
    let limits = [
      "reorder_10": 40, "reorder_20": 60, "twostage_50": 60, "deadlock01": 10, "stack": 10,
      "wronglock_3": 30,
    ]
    for (name, program) in ModelBenchmarks.all {
      let counts = (UInt64(1)...10).compactMap { schedulesToBug(program, .portfolio, seed: $0) }
      #expect(counts.count == 10, "\(name)")
      #expect(counts.reduce(0, +) <= 10 * (limits[name] ?? 0), "\(name): \(counts)")
    }
  }

  private func schedulesToBug(_ program: ModelProgram, _ method: ExplorationMethod, seed: UInt64)
    -> Int?
  {
    var strategy = method.strategy()
    for iteration in 0..<500 {
      if run(program, &strategy, iteration, seed, isBug: { $0.isBug }) == nil {
        return iteration + 1
      }
    }
    return nil
  }

  /// Nil for what is illegal, and for what is looked for.
  private func run(
    _ program: ModelProgram, _ strategy: inout any Strategy, _ iteration: Int, _ seed: UInt64,
    isBug: (ModelMachine) -> Bool = { _ in false }
  ) -> Schedule? {
    func open<S: Strategy>(_ opened: S) -> (S, Schedule?) {
      var opened = opened
      let done = runModel(program, &opened, iteration: iteration, seed: seed)
      guard let done, !isBug(done.end) else { return (opened, nil) }
      return (opened, done.schedule)
    }
    let (next, schedule) = open(strategy)
    strategy = next
    return schedule
  }
}
