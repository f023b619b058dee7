import LockcheckControl

extension ScheduleTable {
  /// The table of a run.
  init(_ run: ScheduleRun, labels: StepLabels) {
    self.init(
      schedule: run.schedule,
      stuck: run.stuck.map {
        Stuck(choice: run.choice(of: $0), holders: $0.holder.map { [$0] } ?? [])
      }, labels: labels)
  }
}
