import LockcheckCodecs
import LockcheckReport
import LockcheckTrace
import Testing

@testable import LockcheckPipeline

@Suite struct `Reading ahead` {
  @Test(arguments: ChosenRules.readable, [0, 1])
  func `shows the same batches and tables`(fixture: Fixture, patience: Int) throws {
    let trace = try fixture.trace()
    var plain = Pieces(trace)
    var ahead = ReadAhead(Pieces(trace), patience: patience, processors: 2)
    var (ours, theirs) = ([Event](), [Event]())
    var (ourTables, theirTables) = (TraceTables(), TraceTables())
    var hasMore = true
    while hasMore {
      hasMore = try plain.read(into: &ours, tables: &ourTables)
      #expect(try ahead.read(into: &theirs, tables: &theirTables) == hasMore)
      #expect(ours == theirs, "\(fixture.name)")
      #expect(ourTables == theirTables, "\(fixture.name)")
      #expect(plain.header == ahead.header, "\(fixture.name)")
    }
    #expect(ahead.source.place == trace.events.count)
  }

  @Test(arguments: [0, 2, 5, 100])
  func `fails where the source does, after the same events`(place: Int) throws {
    let trace = try #require(ChosenRules.readable.first).trace()
    var ahead = ReadAhead(Pieces(trace, failingAt: place), patience: 0, processors: 2)
    var (events, seen) = ([Event](), [Event]())
    var tables = TraceTables()
    do {
      while try ahead.read(into: &events, tables: &tables) { seen += events }
      #expect(place > trace.events.count)
    } catch is Damage {
      seen += events
      #expect(seen.count == place)
    }
    #expect(seen == Array(trace.events.prefix(place)))
  }

  @Test func `stops with whoever reads`() throws {
    for _ in 0..<100 {
      let trace = try #require(ChosenRules.readable.first).trace()
      var ahead = ReadAhead(Pieces(trace), patience: 0, processors: 2)
      var events: [Event] = []
      var tables = TraceTables()
      #expect(try ahead.read(into: &events, tables: &tables))
    }
  }
}

private typealias ChosenRules = `What is looked for`

private struct Damage: Error {}

/// A trace in batches of a few events, whose tables go on changing, as those of a decoder do.
private struct Pieces: EventSource {
  private(set) var header = TraceHeader()
  private(set) var place = 0
  private let trace: Trace
  private let failingAt: Int

  init(_ trace: Trace, failingAt: Int = .max) {
    self.trace = trace
    self.failingAt = failingAt
  }

  mutating func read(into events: inout [Event], tables: inout TraceTables) throws -> Bool {
    let end = min(place + 3, trace.events.count, failingAt)
    events.removeAll(keepingCapacity: true)
    events.append(contentsOf: trace.events[place..<end])
    for event in events { meet(event, &tables) }
    place = end
    header = trace.header
    if end == failingAt { throw Damage() }
    return !events.isEmpty
  }

  private func meet(_ event: Event, _ tables: inout TraceTables) {
    while tables.threads.count <= event.thread.index { tables.threads.append(ThreadRow()) }
    tables.threads[event.thread.index].name = "\(place)"
    tables.frames.append(Frame(function: "\(place)"))
    tables.stacks.append(CallStack([FrameID(place / 3)]))
    guard event.object.isPresent else { return }
    while tables.objects.count <= event.object.index { _ = tables.objects.append(kind: .lock) }
    tables.objects.setKind(place % 2 == 0 ? .lock : .variable, of: event.object)
    tables.objects.setName("\(place)", of: event.object)
    tables.objects[event.object].value = UInt64(place)
  }
}
