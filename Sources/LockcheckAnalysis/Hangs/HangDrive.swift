/// Drives a run along one schedule after another, each meant to leave a certain thread waiting.
///
/// For runs that are too long to try everything: either the thread that is to wait goes first, as far as
/// it comes, or it is held up until the others have come as far as they can.
struct HangDrive {
  private let model: HangModel
  /// How many steps may still be done.
  private var budget: Int
  private var state: HangState
  private var schedule: [Int32] = []

  init(_ model: HangModel, budget: Int) {
    self.model = model
    self.budget = budget
    state = model.start
  }

  /// Whether it had to give up, for lack of budget.
  var isExhausted: Bool { budget <= 0 }

  /// A schedule after which a thread waits at a place of its own, and nobody can go on.
  ///
  /// - Parameter holds: Places of the same thread before which it can be held up.
  /// - Complexity: Linear in events and threads, for each hold.
  mutating func hang(at place: Int, holds: [Int]) -> Hang? {
    let thread = Int(model.threads[place])
    restart()
    drive(thread, to: place)
    finish()
    if let hang = hang(waitingAt: [place]) { return hang }
    for hold in holds {
      restart()
      let number = Int(model.numbers[hold])
      run { $0 != thread || $1 < number }
      if let hang = hang(waitingAt: [place]) { return hang }
      run { other, _ in other == thread }
      finish()
      if let hang = hang(waitingAt: [place]) { return hang }
    }
    return nil
  }

  /// A schedule in which each of some threads comes as far as a place of its own before the others go on,
  /// and after which all of them wait there.
  mutating func hang(at places: [Int]) -> Hang? {
    restart()
    for place in places { drive(Int(model.threads[place]), to: place) }
    finish()
    return hang(waitingAt: places)
  }

  private mutating func restart() {
    state = model.start
    schedule.removeAll(keepingCapacity: true)
  }

  /// What has been reached, if nobody can go on and there is a wait at each place.
  private func hang(waitingAt places: [Int]) -> Hang? {
    guard let waits = model.waits(in: state),
      places.allSatisfy({ place in waits.contains { $0.place == place } })
    else { return nil }
    return Hang(schedule: schedule.map(Int.init), waits: waits)
  }

  /// Runs one thread ahead as far as before a place; others only where it cannot go on without, in the
  /// order of the trace.
  private mutating func drive(_ thread: Int, to place: Int) {
    let last = Int(model.numbers[place])
    while budget > 0, let number = model.head(of: thread, in: state), number < last {
      if model.permission(number, of: thread, in: state) == .open {
        perform(number, of: thread)
      } else if !runNext(where: { $0 != thread }, before: model.steps[number].place) {
        return
      }
    }
  }

  /// Runs everybody as far as possible.
  private mutating func finish() { run { _, _ in true } }

  /// Runs the steps that are meant, in the order of the trace, until none of them can be done.
  private mutating func run(while isMeant: (_ thread: Int, _ number: Int) -> Bool) {
    while budget > 0 {
      guard let (thread, number) = next(where: isMeant, before: .max) else { return }
      perform(number, of: thread)
    }
  }

  private mutating func runNext(where isMeant: (Int) -> Bool, before place: Int32) -> Bool {
    guard let (thread, number) = next(where: { thread, _ in isMeant(thread) }, before: place) else {
      return false
    }
    perform(number, of: thread)
    return true
  }

  /// The earliest step, in the trace, that can be done.
  private mutating func next(
    where isMeant: (Int, Int) -> Bool, before place: Int32
  ) -> (thread: Int, number: Int)? {
    var best: (thread: Int, number: Int)?
    var bestPlace = place
    for thread in 0..<model.threadCount {
      guard let number = model.head(of: thread, in: state), model.steps[number].place < bestPlace,
        isMeant(thread, number), model.permission(number, of: thread, in: state) == .open
      else { continue }
      best = (thread, number)
      bestPlace = model.steps[number].place
    }
    budget -= 1 + model.threadCount / 8
    return best
  }

  private mutating func perform(_ number: Int, of thread: Int) {
    budget -= 1
    model.perform(number, of: thread, &state)
    schedule.append(model.steps[number].place)
  }
}
