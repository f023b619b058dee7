import LockcheckControl
import LockcheckTrace
import Testing

@testable import LockcheckExploration

@Suite struct `A schedule as a table` {
  @Test func `has a column for each thread and ends with who waits for whom`() {
    var strategy = PrefixStrategy([0, 0, 0, 1])
    #expect(
      table(of: oppositeOrders, by: &strategy).text == """
        step  T0 main             T1                                    T2
         0–1  start(T1),
              start(T2)
           2                      lock(a)
           3                                                            lock(b)
              waits for join(T1)  waits for lock(b), held by T2         waits for lock(a), held by T1

        """)
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
    }, threadName: { $0 == ModelProgram.threadMark(0) ? "main" : nil })
  return ScheduleTable(
    schedule: run.schedule, stuck: stuck, labels: labels, width: width, height: height)
}
