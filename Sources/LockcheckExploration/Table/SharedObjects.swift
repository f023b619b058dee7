import LockcheckControl
import LockcheckTrace

/// The objects that more than one thread of a schedule touches.
struct SharedObjects {
  private var users: [ObjectMark: Int] = [:]
  private var shared: Set<ObjectMark> = []

  init(of table: ScheduleTable) {
    for taken in table.schedule.steps { note(taken.choice) }
    for stuck in table.stuck { note(stuck.choice) }
  }

  private mutating func note(_ choice: Choice) {
    for mark in [choice.step.object, choice.step.lock] where mark != .none {
      if users.updateValue(choice.thread, forKey: mark) ?? choice.thread != choice.thread {
        shared.insert(mark)
      }
    }
  }

  /// Whether another thread can notice a step.
  func matters(_ step: Step) -> Bool {
    step.operation.namesThread || shared.contains(step.object) || shared.contains(step.lock)
  }
}
