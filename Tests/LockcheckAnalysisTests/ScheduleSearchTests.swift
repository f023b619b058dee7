import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What the search says of schedules after which the events at some places are next.
private func search(
  _ drawing: String, to places: Int..., budget: Int = 1_000_000, stateLimit: Int = 20_000
) -> String {
  let index = runIndex(drawing)
  var search = ScheduleSearch(budget: budget, stateLimit: stateLimit)
  switch search.schedule(to: places, in: index) {
  case .found(let schedule): return "found(\(schedule.events))"
  case .impossible: return "impossible"
  case .undecided: return "undecided"
  }
}

/// T2 passes through A before T1 takes it.
private let swapped = """
  T1: acq(A) acq(B) rel(B) rel(A)
  T2: acq(A) rel(A) acq(B) acq(A) rel(A) rel(B)
  """.drawnInTurn

@Suite struct `The search for a schedule` {
  @Test func `lets a thread go first that was second, without looking at all orders`() {
    #expect(search(swapped, to: 1, 7, stateLimit: 0) == "found([4, 5, 0, 6])")
  }

  @Test func `gives up when nothing may be spent`() {
    #expect(search(swapped, to: 1, 7, budget: 0) == "undecided")
  }

  @Test func `says that there is none where no order of the sections will do`() {
    // T2's first section reads what T1 writes in the section that it has to stay in.
    let read = """
      T1: acq(A) w(x) acq(B) rel(B) rel(A)
      T2: acq(A) r(x) rel(A) acq(B) acq(A) rel(A) rel(B)
      """.drawnInTurn
    #expect(search(read, to: 2, 9) == "impossible")
  }

  @Test func `says that there is none where one of the events comes before the other`() {
    #expect(search("T1: w(x) w(y)\nT2: r(y) w(x)".drawnInTurn, to: 0, 3) == "impossible")
  }

  @Test func `looks at all orders where preferences do not find one`() {
    // T1's section goes first, and T0's first write in the middle of it.
    let drawing = """
      T0: w(x) acq(L) r(x) w(y) rel(L)
      T1: acq(L) w(x) r(x) rel(L) r(x)
      """.drawnInTurn
    #expect(search(drawing, to: 3, 9, stateLimit: 0) == "undecided")
    #expect(search(drawing, to: 3, 9).hasPrefix("found("))
  }
}
