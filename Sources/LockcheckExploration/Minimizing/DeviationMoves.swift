import LockcheckControl

/// Sets of deviations near those of a schedule, none larger.
struct DeviationMoves {
  private let schedule: Schedule
  private let deviations: [Deviation]
  /// Every thread of the schedule, in the order in which they first went on.
  private let threads: [ObjectMark]
  /// The places where a run could be made to deviate: before each step, by who took it.
  private let places: [Deviation.Place]

  init(of schedule: Schedule) {
    self.schedule = schedule
    deviations = schedule.deviations
    var progress: [ObjectMark: Int] = [:]
    var threads: [ObjectMark] = []
    var places: [Deviation.Place] = []
    for taken in schedule.steps {
      let mark = taken.choice.mark
      if progress[mark] == nil { threads.append(mark) }
      places.append(Deviation.Place(mark, after: progress[mark, default: 0]))
      progress[mark, default: 0] += 1
    }
    self.threads = threads
    self.places = places
  }
}
