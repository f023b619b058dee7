/// Goes through every state that a small run can come to, and keeps those in which it hangs.
///
/// Steps that make no difference to others are done at once; all other choices are tried, the shortest
/// schedules first.
struct HangSpace {
  /// The hangs that were met, one for each set of waits.
  private(set) var hangs: [Hang] = []
  /// Whether every state was seen.
  private(set) var isComplete = false
  /// How many states were seen.
  private(set) var stateCount = 0

  private struct Node {
    var parent: Int32
    /// The places of the events that led there from the parent.
    var moves: [Int32]
  }

  private var nodes: [Node] = []
  private var open: [HangState] = []
  private var seen: Set<HangState> = []
  private var known: Set<[Int]> = []

  /// - Parameters:
  ///   - stateLimit: After how many states it gives up.
  ///   - hangLimit: After how many hangs it gives up.
  /// - Complexity: Linear in states, times threads and objects.
  init(_ model: HangModel, stateLimit: Int, hangLimit: Int = 64) {
    add(model.start, parent: -1, moves: [], model)
    var next = 0
    while next < open.count {
      if nodes.count >= stateLimit || hangs.count >= hangLimit { return }
      let state = open[next]
      var canMove = false
      for thread in 0..<model.threadCount {
        guard let number = model.head(of: thread, in: state),
          model.permission(number, of: thread, in: state) == .open
        else { continue }
        canMove = true
        var following = state
        model.perform(number, of: thread, &following)
        add(following, parent: Int32(next), moves: [model.steps[number].place], model)
      }
      if !canMove || model.hasPreference { note(next, state, model) }
      next += 1
    }
    isComplete = true
  }

  private mutating func add(
    _ state: HangState, parent: Int32, moves: [Int32], _ model: HangModel
  ) {
    var (state, moves) = (state, moves)
    model.settle(&state, &moves)
    guard seen.insert(state).inserted else { return }
    stateCount += 1
    nodes.append(Node(parent: parent, moves: moves))
    open.append(state)
  }

  private mutating func note(_ number: Int, _ state: HangState, _ model: HangModel) {
    guard let waits = model.waits(in: state), known.insert(waits.map(\.place)).inserted else {
      return
    }
    var pieces: [[Int32]] = []
    var node = number
    while node >= 0 {
      pieces.append(nodes[node].moves)
      node = Int(nodes[node].parent)
    }
    hangs.append(Hang(schedule: pieces.reversed().joined().map(Int.init), waits: waits))
  }
}
