import LockcheckControl

/// Every schedule of a model program with at most so many preemptions, one after another.
struct BruteForce {
  private(set) var outcomes: Set<ModelMachine.State> = []
  private(set) var scheduleCount = 0

  init(_ program: ModelProgram, preemptions: Int) {
    search(ModelMachine(program), index: 0, left: preemptions)
  }

  private mutating func search(_ machine: ModelMachine, index: Int, left: Int) {
    guard let decision = machine.decision(at: index) else {
      outcomes.insert(machine.state)
      scheduleCount += 1
      return
    }
    for choice in decision.choices.indices {
      let cost = decision.isPreemption(choice) ? 1 : 0
      guard cost <= left else { continue }
      var next = machine
      next.take(decision.choices[choice])
      search(next, index: index + 1, left: left - cost)
    }
  }
}
