import LockcheckControl

/// Which threads have a column.
struct TableThreads {
  struct Thread {
    var number: Int
    var stepCount = 0
    var lastStep = -1
    /// Whether it is stuck at the end, or holds what another waits for.
    var isStuck = false

    /// `T1 worker`.
    func name(_ labels: StepLabels) -> String {
      "T\(number)" + (labels.name(ofThread: number).map { " \($0)" } ?? "")
    }
  }

  /// By number.
  private(set) var shown: [Thread]
  /// By number.
  private(set) var hidden: [Thread]
  private var numbers: Set<Int>

  /// The narrowest column there is sense in, with its gap.
  static let narrowest = 18

  init(of table: ScheduleTable) {
    var threads: [Int: Thread] = [:]
    for (index, taken) in table.schedule.steps.enumerated() {
      let number = taken.choice.thread
      threads[number, default: Thread(number: number)].stepCount += 1
      threads[number]?.lastStep = index
    }
    for number in table.stuck.flatMap({ [$0.choice.thread] + $0.holders }) {
      threads[number, default: Thread(number: number)].isStuck = true
    }
    let limit = max(2, (table.width - 10) / Self.narrowest)
    let order = threads.values.sorted { one, other in
      if one.isStuck != other.isStuck { return one.isStuck }
      return (one.lastStep, other.number) > (other.lastStep, one.number)
    }
    shown = order.prefix(limit).sorted { $0.number < $1.number }
    hidden = order.dropFirst(limit).sorted { $0.number < $1.number }
    numbers = Set(shown.map(\.number))
  }

  func isShown(_ number: Int) -> Bool { numbers.contains(number) }
}
