import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

@Suite struct `A drawing in DOT` {
  private func edge(
    _ held: ObjectID, _ wanted: ObjectID, by threads: [ThreadID], count: Int = 1,
    isBounded: Bool = false
  ) -> LockOrderGraph.Edge {
    .init(
      held: held, wanted: wanted, count: count, threads: threads, stack: .absent,
      isBounded: isBounded)
  }

  private func draw(_ story: Story) -> String {
    DOTRenderer(.finding(0)).render(story.report())
  }

  @Test func `of a cycle has an edge from what a thread holds to what it asks for`() throws {
    try expect(draw(.predictedDeadlock), equals: "forms/cycle.dot")
  }

  @Test func `of threads that wait shows who holds what`() throws {
    try expect(draw(.joinUnderLock), equals: "forms/join.dot")
  }

  @Test func `of a join in a cycle has the thread's end for a lock`() throws {
    try expect(draw(.predictedJoinUnderLock), equals: "forms/predicted-join.dot")
  }

  @Test func `of a race shows both threads at the variable`() throws {
    try expect(draw(.race), equals: "forms/race.dot")
  }

  @Test func `lets no name end its label`() throws {
    try expect(draw(.nasty), equals: "forms/nasty.dot")
  }

  @Test func `of all lock orders lights the guilty ones and greys the others`() throws {
    var story = Story.predictedDeadlock
    let (ann, bob) = (ThreadID(0), ThreadID(1))
    let clerks = (0..<4).map { story.thread("clerk \($0)") }
    let (a, b, till) = (ObjectID(0), ObjectID(1), story.object("till"))
    let nameless = story.object(nil)
    let graph = LockOrderGraph(edges: [
      edge(a, b, by: [ann]), edge(b, a, by: [bob]), edge(a, till, by: clerks, count: 1_200),
      edge(till, nameless, by: [ann], isBounded: true),
    ])
    let text = DOTRenderer(.lockOrder(graph, story.tables)).render(story.report())
    try expect(text, equals: "forms/lock-order.dot")
  }

  @Test func `of no lock orders is an empty graph`() {
    let graph = LockOrderGraph(edges: [])
    let text = DOTRenderer(.lockOrder(graph, TraceTables())).render(Story().report())
    #expect(text.contains("0 locks, taken in 0 orders"))
    #expect(text.hasSuffix("}\n"))
  }
}
