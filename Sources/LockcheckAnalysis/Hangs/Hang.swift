/// A state in which nobody can ever go on: every thread that is there has ended or waits.
struct Hang {
  /// The places of the events that lead there, in the order in which they are done.
  var schedule: [Int]
  /// By thread that waits: the place of what it waits at.
  var waits: [(thread: Int, place: Int)]
  /// The places of those waits that it was looked for; empty where it was not looked for any.
  var core: [Int] = []

  /// The same, with the waits that it was looked for.
  func with(core: [Int]) -> Hang { Hang(schedule: schedule, waits: waits, core: core) }
}

extension HangModel {
  /// What a thread does in a state.
  private enum Standing {
    case over, goesOn
    case waits(Int)
  }

  /// What each thread waits at, where every thread that is there has ended or waits; nil where one could go on,
  /// or where none waits.
  ///
  /// - Complexity: Linear in threads.
  func waits(in state: HangState) -> [(thread: Int, place: Int)]? {
    var waits: [(thread: Int, place: Int)] = []
    for thread in 0..<threadCount {
      switch standing(of: thread, in: state) {
      case .over: break
      case .goesOn:
        guard let number = head(of: thread, in: state), isBehindWriter(number, thread, state) else {
          return nil
        }
        waits.append((thread, Int(steps[number].place)))
      case .waits(let place): waits.append((thread, place))
      }
    }
    return waits.isEmpty ? nil : waits
  }

  /// Whether a reader has to let a writer go first that waits, too.
  private func isBehindWriter(_ number: Int, _ thread: Int, _ state: HangState) -> Bool {
    let step = steps[number]
    guard step.action == .acquireShared, step.canWait, prefersWriters[Int(step.object)],
      permission(number, of: thread, in: state) == .open
    else { return false }
    return (0..<threadCount).contains { other in
      guard other != thread, let number = head(of: other, in: state) else { return false }
      return steps[number].action == .acquire && steps[number].object == step.object
        && permission(number, of: other, in: state) == .shut
    }
  }

  private func standing(of thread: Int, in state: HangState) -> Standing {
    guard let number = head(of: thread, in: state) else { return standingAtEnd(of: thread, state) }
    let place = steps[number].place
    if let fork = forks[place], !isDone(fork, in: state) { return .over }
    return permission(number, of: thread, in: state) == .shut ? .waits(Int(place)) : .goesOn
  }

  private func standingAtEnd(of thread: Int, _ state: HangState) -> Standing {
    if ends[thread] { return .over }
    if let wait = lastWords[thread] {
      return permission(wait, of: thread, in: state) == .shut ? .waits(Int(wait.place)) : .goesOn
    }
    // One that does nothing in the trace may be there from the start, and do anything.
    let isMade =
      starts[thread + 1] > starts[thread] || births[thread].isEmpty
      || births[thread].contains { isDone($0, in: state) }
    return isMade ? .goesOn : .over
  }

  /// Does what makes no difference to anybody.
  ///
  /// - Complexity: Linear in what is done, and in threads.
  func settle(_ state: inout HangState, _ schedule: inout [Int32]) {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for thread in 0..<threadCount {
        while let number = head(of: thread, in: state), steps[number].isEager,
          permission(number, of: thread, in: state) == .open
        {
          perform(number, of: thread, &state)
          schedule.append(steps[number].place)
          hasMoved = true
        }
      }
    }
  }
}
