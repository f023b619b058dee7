import LockcheckTrace

/// Gives local numbers to what a part of a run touches.
struct LocalProblemBuilder {
  private(set) var threads: [Int] = []
  private(set) var steps: ContiguousArray<LocalProblem.Step> = []
  private(set) var starts: [Int] = [0]
  private(set) var causes: ContiguousArray<Int32> = []
  /// By step: its thread.
  private(set) var owner: ContiguousArray<Int32> = []
  private let cut: Int
  private let ends: ContiguousArray<UInt32>
  /// By thread of the run: how many of its events lie before the cut, and its local number.
  private var begins: ContiguousArray<UInt32>
  private var numbers: ContiguousArray<Int32>
  private var variables: [ObjectID: Int32] = [:]
  private var locks: [ObjectID: Int32] = [:]
  private var objects: [ObjectID: Int32] = [:]
  /// By ordered object: the places and numbers of its steps.
  private var uses: [[(place: Int32, step: Int)]] = []
  /// By variable: its only thread so far, or -2 once there are several.
  private var users: [Int32] = []

  init(_ index: borrowing RunIndex, from cut: Int, to ends: ContiguousArray<UInt32>) {
    self.cut = cut
    self.ends = ends
    begins = ends
    numbers = ContiguousArray(repeating: -1, count: ends.count)
    for thread in ends.indices {
      begins[thread] = min(ends[thread], index.count(of: thread, before: cut))
      guard begins[thread] < ends[thread] else { continue }
      numbers[thread] = Int32(threads.count)
      threads.append(thread)
      starts.append(starts[starts.count - 1] + Int(ends[thread] - begins[thread]))
    }
  }

  mutating func build(_ index: borrowing RunIndex) {
    for thread in threads {
      for position in Int(begins[thread])..<Int(ends[thread]) {
        let place = index.place(of: thread, at: position)
        owner.append(numbers[thread])
        add(index.history[place], at: place, index)
      }
    }
    for uses in uses {
      for (turn, use) in uses.sorted(by: { $0.place < $1.place }).enumerated() {
        steps[use.step].turn = Int32(turn)
      }
    }
    for number in steps.indices where steps[number].variable >= 0 {
      // Nobody else looks at the variable, and what it sees does not depend on the order.
      if users[Int(steps[number].variable)] != -2 { steps[number].isSilent = true }
    }
  }

  private mutating func add(
    _ event: Event, at place: Int, _ index: borrowing RunIndex
  ) {
    var step = LocalProblem.Step(place: Int32(truncatingIfNeeded: place))
    if event.operation.isAccess, !event.isPending {
      access(event, &step, isRead: Self.sees(event), isWrite: Self.changes(event))
    } else if event.operation == .create, index.disciplines[event.object.index] == .values {
      access(event, &step, isRead: false, isWrite: true)
    }
    if let edge = index.sectionEdge(at: place) {
      step.lock = Self.number(edge.lock, in: &locks)
      step.lockAction = edge.isOpening ? (edge.mode == .shared ? .enterShared : .enter) : .leave
    }
    use(event, &step, index)
    let first = Int32(causes.count)
    add(causesOf: place, event, &step, index)
    step.causes = first..<Int32(causes.count)
    step.isSilent =
      step.lockAction == .none && step.access == .none && step.object < 0 && step.unfinished < 0
    steps.append(step)
  }

  private static func sees(_ event: Event) -> Bool {
    event.operation == .read || event.operation == .atomicRead
      || event.operation == .atomicUpdate || !event.isEffective
  }

  private static func changes(_ event: Event) -> Bool {
    event.operation != .read && event.operation != .atomicRead && event.isEffective
  }

  private mutating func access(
    _ event: Event, _ step: inout LocalProblem.Step, isRead: Bool, isWrite: Bool
  ) {
    step.variable = Self.number(event.object, in: &variables)
    step.access = isRead ? (isWrite ? .update : .read) : .write
    let thread = numbers[event.thread.index]
    if Int(step.variable) == users.count {
      users.append(thread)
    } else if users[Int(step.variable)] != thread {
      users[Int(step.variable)] = -2
    }
  }

  /// What is done to things other than variables and sections.
  private mutating func use(
    _ event: Event, _ step: inout LocalProblem.Step, _ index: borrowing RunIndex
  ) {
    if event.operation == .join, !event.isPending, !event.isEffective,
      event.child.index < numbers.count
    {
      step.unfinished = numbers[event.child.index]
      return
    }
    guard event.operation.namesObject, event.operation != .create, event.object.isPresent,
      !event.isPending || event.operation == .wait
    else { return }
    switch index.disciplines[event.object.index] {
    case .values: break
    case .sections:
      guard event.operation == .acquire, !event.isEffective else { return }
      step.lock = Self.number(event.object, in: &locks)
      step.lockAction = event.mode == .shared ? .failShared : .fail
    case .causes, .samePast:
      step.object = Self.number(event.object, in: &objects)
      if Int(step.object) == uses.count { uses.append([]) }
      uses[Int(step.object)].append((step.place, steps.count))
    }
  }

  private mutating func add(
    causesOf place: Int, _ event: Event, _ step: inout LocalProblem.Step,
    _ index: borrowing RunIndex
  ) {
    let cut = cut
    var needed: [Int32] = []
    var source: Int32 = -1
    var sourcePlace = -1
    let isRead = step.access == .read || step.access == .update
    index.causes.forEach(of: place) { cause in
      guard cause >= cut else { return }
      let number = self.number(of: cause, index)
      needed.append(number)
      let other = index.history[cause]
      let isWrite = other.operation == .create || (other.operation.isAccess && Self.changes(other))
      // A creation may be among the causes besides the write that was seen, which is later.
      if isRead, isWrite, other.object == event.object, cause > sourcePlace {
        source = number
        sourcePlace = cause
      }
    }
    step.source = source
    causes.append(contentsOf: needed)
  }

  /// The step of an event from the cut on, or -1 where it is none.
  private func number(of place: Int, _ index: borrowing RunIndex) -> Int32 {
    let thread = index.thread(of: place)
    let position = index.position[place]
    guard numbers[thread] >= 0, position >= begins[thread], position < ends[thread] else {
      return -1
    }
    return Int32(starts[Int(numbers[thread])]) + Int32(position - begins[thread])
  }

  private static func number(_ object: ObjectID, in numbers: inout [ObjectID: Int32]) -> Int32 {
    if let known = numbers[object] { return known }
    let new = Int32(numbers.count)
    numbers[object] = new
    return new
  }

  /// Where the numbers of a state begin.
  var layout: LocalLayout {
    LocalLayout(
      threads: threads.count, variables: variables.count, locks: locks.count,
      objects: objects.count)
  }

  /// Where everything stands at the cut.
  func initial(_ index: borrowing RunIndex) -> LocalState {
    let layout = layout
    var values = ContiguousArray<Int32>(repeating: 0, count: layout.end)
    for place in layout.writers..<layout.sharers { values[place] = -1 }
    for thread in begins.indices {
      for section in index.openSections(of: thread, before: begins[thread]) {
        guard let number = locks[section.lock] else { continue }
        if section.mode == .exclusive {
          // Threads without steps stay inside for good.
          values[layout.owners + Int(number)] = numbers[thread] >= 0 ? numbers[thread] : Int32.max
        } else {
          values[layout.sharers + Int(number)] += 1
        }
      }
    }
    return LocalState(values: values)
  }
}
