import LockcheckControl
import LockcheckTrace
import Testing

@testable import LockcheckExploration

@Suite struct `A schedule as a table` {
  @Test func `has a column for each thread and ends with who waits for whom`() {
    var strategy = PrefixStrategy([0, 0, 0, 0, 0, 1])
    #expect(
      table(of: oppositeOrders, by: &strategy).text == """
        step  T0 main                      T1                             T2
         0–2  begin, start(T1), start(T2)
         3–4                               begin, lock(a)
         5–6                                                              begin, lock(b)
              waits for join(T1)           waits for lock(b), held by T2  waits for lock(a), held by T1

        """)
  }

  @Test func `wraps cells and counts equal steps`() {
    let program = ModelProgram.starting(
      Array(repeating: .read(0), count: 9) + [.lock(0), .write(0), .lock(0)], [.write(0)],
      body: [.lock(1)])
    var strategy = PrefixStrategy()
    #expect(
      table(of: program, by: &strategy, width: 60).text == """
        step  T0 main                     T1
         0–3  begin, start(T1),
              start(T2), lock(b)
        4–15                              begin, read(variable#1)
                                          ×9, lock(a),
                                          write(variable#1)
              waits for join(T1)          waits for lock(a), held by
                                          itself
        Not shown: T2 (2 steps).

        """)
  }

  @Test func `leaves out what no other thread can notice, then the middle`() {
    let turns = (0..<40).flatMap { _ in [ModelProgram.Action.write(1), .lock(0), .unlock(0)] }
    let others = (0..<40).flatMap { _ in [ModelProgram.Action.write(2), .lock(0), .unlock(0)] }
    let program = ModelProgram.starting(turns, others)
    var walk = RandomWalk(switchPercent: 50)
    let table = table(of: program, by: &walk, height: 16)
    #expect(
      table.text == """
           step  T0 main               T1                                                 T2
            1–2  start(T1), start(T2)
            3–8                        begin, lock(a), unlock(a), lock(a)
              9                                                                           begin
             10                        unlock(a)
          13–14                                                                           lock(a), unlock(a)
             16                        lock(a)
        … 133 steps left out …
        217–218                        lock(a), unlock(a)
        219–221                                                                           lock(a), unlock(a)
        223–227                        lock(a), unlock(a), lock(a), unlock(a)
        229–230                                                                           lock(a), unlock(a)
        231–244                        lock(a), unlock(a), lock(a), unlock(a), lock(a),
                                       unlock(a), lock(a), unlock(a), lock(a), unlock(a)
        245–246  join(T1), join(T2)
        Left out: 81 steps that no other thread can notice.

        """)
  }

  @Test func `names the threads that have no column`() {
    let bodies = (0..<9).map { _ in [ModelProgram.Action.lock(0), .unlock(0)] }
    let numbers = Array(1...11)
    let program = ModelProgram(
      threads: [numbers.map { .start($0) } + numbers.map { .join($0) }] + bodies
        + [[.lock(1), .lock(2)], [.lock(2), .lock(1)]])
    var strategy = PrefixStrategy(Array(repeating: 0, count: 40) + [1])
    #expect(
      table(of: program, by: &strategy).text == """
         step  T0 main            T8                 T9                 T10                T11
         0–11  begin, start(T1),
               start(T2),
               start(T3),
               start(T4),
               start(T5),
               start(T6),
               start(T7),
               start(T8),
               start(T9),
               start(T10),
               start(T11)
        33–35                     begin, lock(a),
                                  unlock(a)
        36–38                                        begin, lock(a),
                                                     unlock(a)
           39                                                           begin
        40–42                                                                              begin, lock(c),
                                                                                           lock(b)
        43–51  join(T1),
               join(T2),
               join(T3),
               join(T4),
               join(T5),
               join(T6),
               join(T7),
               join(T8),
               join(T9)
               waits for                                                waits for
               join(T10)                                                lock(b), held by
                                                                        T11
        Not shown: T1 (3 steps), T2 (3 steps), T3 (3 steps), T4 (3 steps), T5 (3 steps), and 2 other
        threads.

        """)
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `keeps to its width and height`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let width = 40 + random.below(80)
    let height = 12 + random.below(30)
    var program = ModelProgram.random(seed: seed)
    for thread in program.threads.indices {
      let body = program.threads[thread]
      if thread > 0 { program.threads[thread] += body + body + body }
    }
    var walk = RandomWalk()
    let text = table(of: program, by: &walk, width: width, height: height).text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= height, "seed \(seed)\n\(text)")
    #expect(lines.allSatisfy { $0.count <= width && $0.last != " " }, "seed \(seed)\n\(text)")
  }
}

func table(
  of program: ModelProgram, by strategy: inout some Strategy, width: Int = 100, height: Int = 40
) -> ScheduleTable {
  let run = ModelRun.run(program, by: &strategy).run
  let stuck = run.waiting.map {
    ScheduleTable.Stuck(choice: $0.choice, holders: $0.holder.map { [$0] } ?? [])
  }
  let labels = StepLabels(
    of: run.schedule.steps.map(\.choice) + stuck.map(\.choice),
    object: { mark in
      let lock = (0..<26).first { ModelProgram.lockMark($0) == mark }
      return lock.map { .init(.lock, name: String(UnicodeScalar(97 + UInt8($0)))) }
    }, threadName: { $0 == 0 ? "main" : nil })
  return ScheduleTable(
    schedule: run.schedule, stuck: stuck, labels: labels, width: width, height: height)
}
