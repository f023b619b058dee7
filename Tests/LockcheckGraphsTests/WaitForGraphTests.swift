import LockcheckGraphs
import LockcheckTestKit
import LockcheckTrace
import Testing

private func graph(_ activities: [WaitForGraph.Activity]) -> WaitForGraph {
  var graph = WaitForGraph(threadCount: activities.count)
  for (thread, activity) in activities.enumerated() { graph[ThreadID(thread)] = activity }
  return graph
}

private func waiting(for threads: Int...) -> WaitForGraph.Activity {
  .waitingFor(threads.map { ThreadID($0) })
}

@Suite struct `Who waits for whom` {
  @Test func `two that wait for each other are stuck`() {
    let graph = graph([waiting(for: 1), waiting(for: 0), .running])
    #expect(graph.stuckThreads().map(\.index) == [0, 1])
    #expect(graph.cycles(among: graph.stuckThreads()).map { $0.map(\.index) } == [[0, 1]])
  }

  @Test func `unless somebody else can wake one of them`() {
    let graph = graph([waiting(for: 1, 2), waiting(for: 0), .running])
    #expect(graph.stuckThreads().isEmpty)
  }

  @Test func `who waits for anyone is stuck when nobody runs`() {
    #expect(graph([.waitingForAnyone, .ended]).stuckThreads().map(\.index) == [0])
    #expect(graph([.waitingForAnyone, .running]).stuckThreads().isEmpty)
  }

  @Test func `who needs all of several is stuck as soon as one of them is`() {
    let needs = WaitForGraph.Activity.waitingForAll([ThreadID(0), ThreadID(1)])
    #expect(graph([waiting(for: 0), .running, needs]).stuckThreads().map(\.index) == [0, 2])
    #expect(graph([.running, .running, needs]).stuckThreads().isEmpty)
    #expect(graph([.running, .ended, needs]).stuckThreads().map(\.index) == [2])
    #expect(graph([.running, .running, .waitingForAll([])]).stuckThreads().isEmpty)
  }

  @Test func `a thread that waits for anyone does not wait for itself`() {
    let graph = graph([.waitingForAnyone, .ended])
    #expect(graph.cycles(among: graph.stuckThreads()).isEmpty)
  }

  @Test func `a chain of waits can be as long as memory`() {
    let count = 100_000
    var graph = WaitForGraph(threadCount: count)
    for thread in 0..<count {
      graph[ThreadID(thread)] = .waitingFor([ThreadID((thread + 1) % count)])
    }
    let stuck = graph.stuckThreads()
    #expect(stuck.count == count)
    #expect(graph.cycles(among: stuck).map(\.count) == [count])
  }

  @Test(arguments: 0..<1_000 as Range<UInt64>)
  func `the stuck threads are the largest set that nobody outside can wake`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let graph = randomGraph(&random)
    let stuck = graph.activities.indices.filter {
      graph.graph.stuckThreads().contains(ThreadID($0))
    }
    #expect(stuck == largestStuckSet(graph.activities), "seed \(seed): \(graph.activities)")
  }

  @Test(arguments: 0..<1_000 as Range<UInt64>)
  func `the cycles are those that a walk along waits comes back on`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (graph, _) = randomGraph(&random)
    let stuck = graph.stuckThreads()
    let inCycles = Set(graph.cycles(among: stuck).joined())
    for thread in stuck {
      #expect(inCycles.contains(thread) == comesBack(thread, graph, stuck), "seed \(seed)")
    }
  }
}

private func randomGraph(
  _ random: inout SeededGenerator
) -> (graph: WaitForGraph, activities: [WaitForGraph.Activity]) {
  let count = Int.random(in: 1...6, using: &random)
  let activities = (0..<count).map { _ -> WaitForGraph.Activity in
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .running
    case 1: return .ended
    case 2: return .waitingForAnyone
    default:
      let wakers = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        ThreadID(Int.random(in: 0..<count, using: &random))
      }
      return Bool.random(using: &random) ? .waitingFor(wakers) : .waitingForAll(wakers)
    }
  }
  return (graph(activities), activities)
}

/// The definition: of all sets of waiting threads, the largest in which every possible waker of each
/// has ended or is in the set.
private func largestStuckSet(_ activities: [WaitForGraph.Activity]) -> [Int] {
  let all = activities.indices
  var largest: [Int] = []
  for bits in 0..<(1 << activities.count) {
    let set = all.filter { bits & (1 << $0) != 0 }
    let isStuck = set.allSatisfy { thread in
      func isOut(_ waker: Int) -> Bool { activities[waker] == .ended || set.contains(waker) }
      return switch activities[thread] {
      case .running, .ended: false
      case .waitingFor(let threads): threads.map(\.index).allSatisfy(isOut)
      case .waitingForAll(let threads): threads.map(\.index).contains(where: isOut)
      case .waitingForAnyone: all.filter { $0 != thread }.allSatisfy(isOut)
      }
    }
    if isStuck, set.count > largest.count { largest = set }
  }
  return largest
}

private func comesBack(_ thread: ThreadID, _ graph: WaitForGraph, _ stuck: [ThreadID]) -> Bool {
  var reached: Set<ThreadID> = []
  let stuck = Set(stuck)
  var next = graph.wakers(of: thread, among: stuck)
  while let waker = next.popLast() {
    if reached.insert(waker).inserted { next += graph.wakers(of: waker, among: stuck) }
  }
  return reached.contains(thread)
}
