extension StepLabels {
  /// Labels the steps of a run, and what its threads wait for at the end.
  ///
  /// - Parameter objects: What the exploration knows of its objects.
  package init(of run: ScheduleRun, objects: ObjectLabels) {
    self.init(
      of: run.schedule.steps.map(\.choice) + run.stuck.map { run.choice(of: $0) },
      object: { mark in
        objects.kind(of: mark).map { Object($0, name: objects.givenName(of: mark)) }
      },
      threadName: { run.threadNames.indices.contains($0) ? run.threadNames[$0] : nil })
  }
}

extension ScheduleRun {
  /// What a stuck thread waits to do, as a choice that it does not have.
  package func choice(of stuck: StuckThread) -> Choice {
    let last = schedule.steps.last { $0.choice.thread == stuck.thread }
    return Choice(thread: stuck.thread, mark: last?.choice.mark ?? .none, step: stuck.step)
  }
}
