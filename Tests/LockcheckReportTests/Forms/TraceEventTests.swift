import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTestKit
import LockcheckTrace
import Testing

@Suite struct `Trace events` {
  /// One slice, marker or end of an arrow.
  private struct Mark {
    var phase: String
    var name: String
    var lane: [Int]
    /// Nanoseconds.
    var begin: Int
    var end: Int
    var id: Int
  }

  private func text(_ trace: Trace, _ findings: [Finding] = []) -> String {
    let report = Report(
      header: trace.header, tables: trace.tables, eventCount: trace.events.count,
      findings: findings)
    var writer = TraceEventWriter(
      report, tables: trace.tables, hasTimes: trace.events.contains { $0.time != nil })
    var text = ""
    for (index, event) in trace.events.enumerated() {
      writer.observe(event, at: index)
      text += writer.take()
    }
    writer.finish()
    return "{\"traceEvents\": [\n" + text + writer.take() + "\n]}\n"
  }

  private func marks(_ text: String) throws -> [Mark] {
    let all = try #require(try Forms.parse(text)["traceEvents"] as? [[String: Any]])
    return all.map { event in
      let times = ["ts", "dur"].map { Int(((event[$0] as? Double ?? 0) * 1_000).rounded()) }
      return Mark(
        phase: event["ph"] as? String ?? "", name: event["name"] as? String ?? "",
        lane: [event["pid"] as? Int ?? 0, event["tid"] as? Int ?? 0], begin: times[0],
        end: times[0] + times[1], id: event["id"] as? Int ?? 0)
    }
  }

  @Test func `of two threads that meet show waits, holds and the arrow between them`() throws {
    var run = trace(
      """
      main: fork(T1) acq(L) r(x)                          rel(L)
      T1:                        acq(L)?                         acq(L) rel(L)
      """)
    for place in run.events.indices { run.events[place].time = UInt64(place * 1_500) }
    try expect(text(run), equals: "forms/two-threads.trace.json")
  }

  @Test func `mark the events of a finding`() throws {
    let run = trace(
      """
      main: fork(T1) w(x)
      T1:                 w(x)
      """)
    let steps = [1, 2].map { Step(run.events[$0], at: $0) }
    let found = text(run, [Finding(.dataRace, .observed, .unordered, steps: steps)])
    let markers = try marks(found).filter { $0.phase == "i" }
    #expect(markers.map(\.begin) == [1_001, 2_001])
    #expect(markers.allSatisfy { $0.name == "HAPPENED: LC201 data-race" })
    #expect(try marks(text(run)).allSatisfy { $0.phase != "i" })
  }

  @Test func `let holds that cross go to two lanes`() throws {
    let run = trace("T1: acq(A) acq(B) rel(A) acq(C) rel(B) rel(C)")
    let holds = try marks(text(run)).filter { $0.phase == "X" && $0.lane[0] == 1 }
    #expect(holds.map(\.name) == ["hold A", "hold B", "hold C"])
    #expect(holds[0].lane != holds[1].lane)
    #expect(holds[1].lane != holds[2].lane)
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `of a random run nest, and say at each moment who holds what`(seed: UInt64) throws {
    var shape = RandomTrace.Shape()
    shape.events = 60
    shape.threads = 4
    shape.locks = 3
    let run = RandomTrace.make(seed: seed, shape: shape)
    let marks = try marks(text(run))
    let slices = marks.filter { $0.phase == "X" }
    for (place, one) in slices.enumerated() {
      for other in slices[..<place] where other.lane == one.lane {
        let isApart = one.end <= other.begin || other.end <= one.begin
        let isNested =
          (one.begin >= other.begin && one.end <= other.end)
          || (other.begin >= one.begin && other.end <= one.end)
        #expect(isApart || isNested, "seed \(seed): \(one) and \(other) cross")
      }
    }
    let expected = Self.held(in: run)
    for (index, held) in expected.enumerated() {
      let moment = index * 1_000 + 500
      let shown = slices.filter {
        $0.lane[0] == 1 && $0.name.hasPrefix("hold ") && $0.begin < moment && $0.end > moment
      }.map { "\(($0.lane[1] - 1) / 8) \($0.name)" }
      #expect(shown.sorted() == held.sorted(), "seed \(seed), after event \(index)")
    }
    try checkArrows(marks, seed: seed)
  }

  /// Each arrow leads from a hold of a lock to a later one of the same lock by another thread.
  private func checkArrows(_ marks: [Mark], seed: UInt64) throws {
    let holds = marks.filter { $0.phase == "X" && $0.name.hasPrefix("hold ") }
    let starts = marks.filter { $0.phase == "s" }
    let ends = marks.filter { $0.phase == "f" }
    #expect(starts.map(\.id).sorted() == ends.map(\.id).sorted())
    for start in starts {
      let end = try #require(ends.first { $0.id == start.id })
      let from = try #require(
        holds.first { $0.lane == start.lane && $0.begin == start.begin }, "seed \(seed)")
      let to = try #require(holds.first { $0.lane == end.lane && $0.begin == end.begin })
      #expect(from.name == to.name, "seed \(seed)")
      #expect((from.lane[1] - 1) / 8 != (to.lane[1] - 1) / 8, "seed \(seed)")
      #expect(from.end <= to.begin, "seed \(seed)")
    }
  }

  /// Who holds which lock after each event but the last, counted plainly.
  private static func held(in run: Trace) -> [[String]] {
    var depths: [String: Int] = [:]
    var givenUp: [ThreadID: (String, Int)] = [:]
    return run.events.dropLast().map { event in
      func key(_ lock: ObjectID) -> String {
        "\(event.thread.index) hold \(run.tables.objects.name(of: lock) ?? "")"
      }
      let isLock = event.object.isPresent && run.tables.objects.kind(of: event.object).isLock
      switch event.operation {
      case .acquire where isLock && event.isEffective: depths[key(event.object), default: 0] += 1
      case .release where isLock: depths[key(event.object), default: 0] -= 1
      case .wait where event.lock.isPresent && event.isPending:
        givenUp[event.thread] = (key(event.lock), depths[key(event.lock), default: 0])
        depths[key(event.lock)] = 0
      case .wait where event.lock.isPresent:
        if let (lock, depth) = givenUp.removeValue(forKey: event.thread) { depths[lock] = depth }
      default: break
      }
      return depths.filter { $0.value > 0 }.map(\.key)
    }
  }
}
