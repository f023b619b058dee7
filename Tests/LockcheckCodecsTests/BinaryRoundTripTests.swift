import Foundation
import LockcheckCodecs
import LockcheckTrace
import Testing

@Suite struct `The binary form` {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `gives back what was written`(seed: UInt64) throws {
    let trace = randomBinaryTrace(seed, events: seed < 50 ? 300 : 30_000)
    let (read, losses) = try decodeBinary(try encodeBinary(trace, portion: 1 + Int(seed) * 7))
    #expect(read == trace)
    #expect(losses.isEmpty)
  }

  @Test func `keeps a trace of nothing`() throws {
    #expect(try decodeBinary(try encodeBinary(Trace())).trace == Trace())
  }

  @Test func `follows tables that grow and change while events are written`() throws {
    var trace = randomBinaryTrace(7)
    let sink = MemorySink()
    var encoder = BinaryTraceEncoder(sink, header: trace.header)
    try encoder.write(trace.events[..<100], tables: trace.tables)
    let first = ObjectID(0)
    trace.tables.objects.setKind(.queue, of: first)
    trace.tables.objects.setName("renamed", of: first)
    let added = trace.tables.objects.append(kind: .lock, name: "late")
    trace.tables.threads.append(ThreadRow(name: "late"))
    trace.events.append(Event(.acquire, by: ThreadID(trace.tables.threads.count - 1), on: added))
    try encoder.write(trace.events[100...], tables: trace.tables)
    trace.tables.threads[0].name = "renamed too"
    try encoder.finish(tables: trace.tables)
    #expect(try decodeBinary(sink.bytes).trace == trace)
  }

  @Test func `refuses an object where the operation has none`() {
    var trace = Trace()
    trace.tables.threads.append(ThreadRow(name: "T"))
    let object = trace.tables.objects.append(kind: .lock)
    trace.events = [Event(.begin, by: ThreadID(0), on: object)]
    #expect {
      try encodeBinary(trace)
    } throws: {
      ($0 as? TraceCodingError)?.code == .notRepresentable
    }
  }

  @Test func `takes eight bytes an event or less on a plain program`() throws {
    var trace = Trace()
    for number in 0..<8 { trace.tables.threads.append(ThreadRow(name: "T\(number)")) }
    for number in 0..<100 { _ = trace.tables.objects.append(kind: .lock, name: "L\(number)") }
    for number in 0..<50_000 {
      var event = Event(
        number % 2 == 0 ? .acquire : .release, by: ThreadID(number / 20 % 8),
        on: ObjectID(number / 2 % 100))
      event.time = UInt64(number) * 700
      trace.events.append(event)
    }
    #expect(try encodeBinary(trace).count <= 8 * trace.events.count)
  }

  /// `LOCKCHECK_UPDATE=1` writes the file if it is not there; a version that is out stays as it is.
  @Test func `of version 1 stays readable`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/versions")
    let file = folder.appendingPathComponent("binary-sequence-1.lctrace")
    let trace = randomBinaryTrace(1, events: 50, isEarly: true)
    if ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1",
      !FileManager.default.fileExists(atPath: file.path)
    {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(try encodeBinary(trace)).write(to: file)
    }
    #expect(try decodeBinary([UInt8](try Data(contentsOf: file))).trace == trace)

    let recording = folder.appendingPathComponent("binary-recording-1.lctrace")
    let (recorded, losses) = try decodeBinary([UInt8](try Data(contentsOf: recording)))
    #expect(losses.isEmpty)
    #expect(recorded.events.count == 20)
    for number in 0..<3 {
      let events = recorded.events.filter {
        recorded.tables.objects.name(of: $0.object) == "lock \(number)"
      }
      #expect(events.map(\.count) == (0..<UInt64(events.count)).map { $0 })
    }
  }
}
