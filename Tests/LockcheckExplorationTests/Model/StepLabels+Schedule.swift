import LockcheckControl

extension StepLabels {
  /// Labels a schedule of a model.
  init(of schedule: Schedule, object: (ObjectMark) -> Object? = { _ in nil }) {
    self.init(of: schedule.steps.map(\.choice), object: object)
  }
}
