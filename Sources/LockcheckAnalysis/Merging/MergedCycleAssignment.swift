import LockcheckFindings
import LockcheckTrace

/// Chooses a request for each step of a cycle through several runs, or through the classes of one run.
struct MergedCycleAssignment {
  /// What makes two requests of different runs the same step: the functions that they stand in where
  /// these are known, else the thread where that is known.
  private enum Role: Hashable {
    case place(Int)
    case thread(ThreadID)
    case anyone
  }

  /// Two neighbouring locks of a cycle, by class.
  private struct Edge: Hashable {
    var held: ObjectID
    var wanted: ObjectID
  }

  /// A request at some moment.
  private struct Choice {
    var request: MergedRequests.Request
    var window: OrderWindow
    var role: Role
    /// The locks that are held around it, with the numbers of its run.
    var held: [HeldLock]
  }

  enum Outcome {
    case found([MergedStep])
    /// There is none.
    case none
    /// It would take too long to say.
    case undecided
  }

  private let runs: [MergedRun]
  private let merged: MergedRequests
  private let places: [[StackID: Int]]
  /// What is known of the classes where there is one run; nil where there are several.
  private let classes: ClassesOfRun?
  /// By lock: the classes that ask for it.
  private var requesters: [ObjectID: [Int]] = [:]
  /// By edge and role: the runs that have it.
  private var owners: [Edge: [Role: Set<Int>]] = [:]
  private var steps = 0
  private let stepLimit: Int

  /// How many choices are tried for one cycle.
  private static let limit = 20_000

  init(
    _ runs: [MergedRun], _ merged: MergedRequests, places: [[StackID: Int]],
    classes: ClassesOfRun? = nil, stepLimit: Int
  ) {
    self.runs = runs
    self.merged = merged
    self.places = places
    self.classes = classes
    self.stepLimit = stepLimit
    for place in merged.classes.indices {
      requesters[merged.classes[place].key.lock, default: []].append(place)
    }
  }

  /// Whether all that may be looked at has been.
  var isExhausted: Bool { steps >= stepLimit }

  /// Chooses requests of different threads that nothing orders: of at least two runs, and that no run has
  /// all of; or, of a run alone, that do not go round by the locks themselves.
  mutating func assign(_ cycle: LockCycle) -> Outcome {
    let options = cycle.classes.map { choices(of: $0) }
    var all: Set<Int> = []
    for choice in options.joined() { all.insert(choice.request.run) }
    guard all.count > 1 || classes != nil else { return .none }
    let edges = cycle.classes.indices.map { step in
      Edge(
        held: wanted(cycle.classes[(step + cycle.classes.count - 1) % cycle.classes.count]),
        wanted: wanted(cycle.classes[step]))
    }
    let owners = classes == nil ? edges.map { runsByRole(of: $0) } : []
    var taken = [Int](repeating: -1, count: options.count)
    var chosen: [Choice] = []
    var attempts = 0
    while true {
      if chosen.count == options.count {
        if let classes {
          if let steps = classes.steps(chosen.map(step), edges.map(\.held)) { return .found(steps) }
        } else if isNobodysOwn(chosen, owners) {
          return .found(chosen.map(step))
        }
        chosen.removeLast()
        continue
      }
      let place = chosen.count
      taken[place] += 1
      attempts += 1
      steps += 1 + chosen.count
      if attempts >= Self.limit || isExhausted { return .undecided }
      if taken[place] == options[place].count {
        taken[place] = -1
        if chosen.popLast() == nil { return .none }
        continue
      }
      let choice = options[place][taken[place]]
      if chosen.allSatisfy({ Self.canMeet($0, choice) }) { chosen.append(choice) }
    }
  }

  private func wanted(_ place: Int) -> ObjectID { merged.classes[place].key.lock }

  /// Whether two requests can be made at the same time: by different threads; and where they are of one
  /// run, in no order, and with no lock around both of them.
  private static func canMeet(_ one: Choice, _ other: Choice) -> Bool {
    guard one.request.thread != other.request.thread else { return false }
    if one.request.run != other.request.run { return true }
    if one.window.isBefore(other.window) || other.window.isBefore(one.window) { return false }
    return !one.held.keepsOut(other.held)
  }

  /// Whether no run has a step like each of these.
  private func isNobodysOwn(_ chosen: [Choice], _ owners: [[Role: Set<Int>]]) -> Bool {
    var common: Set<Int>?
    for (choice, owners) in zip(chosen, owners) {
      let runs = owners[choice.role] ?? []
      common = common?.intersection(runs) ?? runs
      if common?.isEmpty == true { return true }
    }
    return false
  }

  /// Which runs have an edge, in which role.
  private mutating func runsByRole(of edge: Edge) -> [Role: Set<Int>] {
    if let known = owners[edge] { return known }
    var runs: [Role: Set<Int>] = [:]
    for place in requesters[edge.wanted] ?? [] {
      steps += 1
      guard merged.classes[place].mode(holding: edge.held) != nil else { continue }
      for number in merged.classes[place].members.flatMap(\.dependencies) {
        steps += 1
        let request = merged.requests[number]
        runs[role(of: request), default: []].insert(request.run)
      }
    }
    owners[edge] = runs
    return runs
  }

  private mutating func choices(of place: Int) -> [Choice] {
    var choices: [Choice] = []
    for number in merged.classes[place].members.flatMap(\.dependencies) {
      let request = merged.requests[number]
      if let classes, classes.passesOver(request.dependency) { continue }
      let role = role(of: request)
      let held = runs[request.run].requests.locks(of: dependency(request).key.held)
      for window in runs[request.run].requests.table.windows[request.dependency] {
        choices.append(Choice(request: request, window: window, role: role, held: held))
      }
    }
    steps += choices.count
    return choices
  }

  private func dependency(_ request: MergedRequests.Request) -> LockDependency {
    runs[request.run].requests.table.dependencies[request.dependency]
  }

  private func role(of request: MergedRequests.Request) -> Role {
    if let place = places[request.run][dependency(request).key.stack] { return .place(place) }
    return request.isThreadKnown ? .thread(request.thread) : .anyone
  }

  private func step(_ choice: Choice) -> MergedStep {
    MergedStep(dependency(choice.request), in: choice.window, of: choice.request.run)
  }
}

extension [HeldLock] {
  /// Whether who holds these keeps out whoever would hold `others`.
  func keepsOut(_ others: [HeldLock]) -> Bool {
    contains { own in
      others.contains { other in
        own.object == other.object && (own.mode == .exclusive || other.mode == .exclusive)
      }
    }
  }
}
