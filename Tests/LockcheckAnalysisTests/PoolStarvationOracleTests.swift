import LockcheckAnalysis
import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

/// A program of tasks in one pool, which wait only for tasks that they have submitted themselves: if it
/// hangs, no worker is left.
private struct PoolProgram {
  enum Step { case submit(Int), wait(Int) }

  let workers: Int
  /// What the main thread does, last, and each task before it: places in this array are tasks.
  private(set) var bodies: [[Step]] = []

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    workers = Int.random(in: 1...3, using: &random)
    var depths: [Int] = []
    func makeTask(_ depth: Int, in program: inout PoolProgram) -> Int {
      var body: [Step] = []
      let count = depth == 0 ? 0 : Int.random(in: 0...2, using: &random)
      var open: [Int] = []
      for _ in 0..<count {
        let child = makeTask(depth - 1, in: &program)
        body.append(.submit(child))
        open.append(child)
        if Bool.random(using: &random) { body.append(.wait(open.removeLast())) }
      }
      for child in open where Bool.random(using: &random) { body.append(.wait(child)) }
      program.bodies.append(body)
      depths.append(depth)
      return program.bodies.count - 1
    }
    var main: [Step] = []
    var open: [Int] = []
    let isOneByOne = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let task = makeTask(Int.random(in: 0...2, using: &random), in: &self)
      main.append(.submit(task))
      if isOneByOne { main.append(.wait(task)) } else { open.append(task) }
    }
    bodies.append(main + open.map { .wait($0) })
  }

  /// One of its runs, and whether a task never ended.
  func run(schedule: UInt64) -> (trace: Trace, hangs: Bool) {
    var run = PoolRun(self, schedule)
    return run.run()
  }
}

/// A run of a program, step by step, with everything that the pool itself keeps.
private struct PoolRun {
  private let program: PoolProgram
  private var random: SeededGenerator
  private var trace = Trace()
  /// By thread, main first: the task that it runs, and how far it is; nil for an idle worker.
  private var at: [(task: Int, step: Int)?]
  private var isPending: [Bool]
  private var queue: [Int] = []
  private var isDone: [Bool]
  private let pool: ObjectID
  private let futures: [ObjectID]

  init(_ program: PoolProgram, _ schedule: UInt64) {
    self.program = program
    random = SeededGenerator(seed: schedule)
    at = [(program.bodies.count - 1, 0)] + (0..<program.workers).map { _ in nil }
    isPending = at.map { _ in false }
    isDone = program.bodies.map { _ in false }
    var details = ObjectDetails()
    details.workers = UInt64(program.workers)
    let pool = trace.tables.objects.append(kind: .pool, name: "P", details: details)
    self.pool = pool
    details = ObjectDetails()
    details.pool = pool
    var futures: [ObjectID] = []
    for number in 0..<program.bodies.count - 1 {
      details.externalID = Int64(number)
      futures.append(
        trace.tables.objects.append(kind: .future, name: "F\(number)", details: details))
    }
    self.futures = futures
    for number in 0...program.workers {
      trace.tables.threads.append(ThreadRow(name: number == 0 ? "main" : "W\(number)"))
    }
  }

  mutating func run() -> (Trace, Bool) {
    for worker in 1...program.workers {
      emit(.fork, 0) { $0.child = ThreadID(worker) }
    }
    while true {
      let ready = at.indices.filter(canGoOn)
      guard let thread = ready.randomElement(using: &random) else {
        return (trace, at.contains { $0 != nil })
      }
      goOn(thread)
    }
  }

  private mutating func emit(
    _ operation: Operation, _ thread: Int, _ object: ObjectID = .absent,
    _ change: (inout Event) -> Void = { _ in }
  ) {
    var event = Event(operation, by: ThreadID(thread), on: object)
    change(&event)
    trace.events.append(event)
  }

  private func canGoOn(_ thread: Int) -> Bool {
    guard let (task, step) = at[thread] else {
      return thread > 0 && (!queue.isEmpty || !isPending[thread])
    }
    guard step < program.bodies[task].count, isPending[thread],
      case .wait(let other) = program.bodies[task][step]
    else { return true }
    return isDone[other]
  }

  private mutating func goOn(_ thread: Int) {
    guard let (task, step) = at[thread] else { return takeTask(thread) }
    guard step < program.bodies[task].count else { return finish(task, thread) }
    switch program.bodies[task][step] {
    case .submit(let child):
      emit(.put, thread, pool) { $0.item = UInt64(child) }
      queue.append(child)
    case .wait(let child):
      if !isDone[child] {
        emit(.wait, thread, futures[child]) { $0.isPending = true }
        isPending[thread] = true
        return
      }
      emit(.wait, thread, futures[child])
      isPending[thread] = false
    }
    at[thread] = (task, step + 1)
  }

  private mutating func takeTask(_ thread: Int) {
    guard !queue.isEmpty else {
      emit(.get, thread, pool) { $0.isPending = true }
      isPending[thread] = true
      return
    }
    isPending[thread] = false
    let task = queue.removeFirst()
    emit(.get, thread, pool) { $0.item = UInt64(task) }
    at[thread] = (task, 0)
  }

  private mutating func finish(_ task: Int, _ thread: Int) {
    at[thread] = nil
    guard thread > 0 else { return emit(.exit, 0) }
    isDone[task] = true
    emit(.set, thread, futures[task])
    emit(.taskDone, thread, pool)
  }
}

@Suite struct `What is said of a pool` {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func `holds in every schedule`(seed: UInt64) {
    let program = PoolProgram(seed: seed)
    var canHang = false
    var isRuledOut = false
    var isSilent = false
    for schedule in 0..<16 as Range<UInt64> {
      let (trace, hangs) = program.run(schedule: schedule)
      let result = analyze(trace, with: [WaitForDetector(), PoolNestingDetector()])
      let verdicts = result.findings.map { "\($0.verdict) \($0.rule.name)" }
      let place = "seed \(seed), schedule \(schedule):\n\(drawing(of: trace))"
      if hangs {
        canHang = true
        #expect(verdicts == ["observed pool-starvation"], "\(place)")
      } else {
        #expect(verdicts.allSatisfy { $0 == "possible pool-starvation" }, "\(place)")
        if !result.ruledOut.isEmpty { isRuledOut = true }
        if verdicts.isEmpty { isSilent = true }
      }
    }
    // Nothing that can hang is passed over in a run that ended well.
    #expect(!(canHang && (isRuledOut || isSilent)), "seed \(seed)")
  }

  @Test func `is something of each sort, in these programs`() {
    var sorts: Set<String> = []
    for seed in 0..<200 as Range<UInt64> {
      let (trace, _) = PoolProgram(seed: seed).run(schedule: seed)
      let result = analyze(trace, with: [WaitForDetector(), PoolNestingDetector()])
      sorts.formUnion(result.findings.map { "\($0.verdict)" })
      if !result.ruledOut.isEmpty { sorts.insert("ruled out") }
      if result.findings.isEmpty, result.ruledOut.isEmpty { sorts.insert("nothing") }
    }
    #expect(sorts == ["observed", "possible", "ruled out", "nothing"])
  }
}
