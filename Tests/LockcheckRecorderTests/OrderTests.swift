import LockcheckRecorder
import LockcheckTasks
import LockcheckTrace
import Testing

@Suite struct `The order of events` {
  @Test func `is the true order on an object that threads fight over`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) { $0.bufferSize = 8192 }
    try recorder.start()
    let locks = [NumberedLock("a"), NumberedLock("b")]
    recorder.record {
      onRecordedThreads(4) { number in
        for round in 0..<3000 { locks[(number + round) % 2].withLock() }
      }
    }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.events.count == Int(summary.events))
    for name in ["a", "b"] {
      let events = trace.events(on: name)
      #expect(events.map(\.count) == (0..<UInt64(events.count)).map { $0 })
      #expect(events.count == 12000)
    }
  }

  @Test func `is program order on each thread`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    recorder.record {
      onRecordedThreads(3) { number in
        let variable = RecordedObject(.variable, name: "own \(number)")
        for value in 0..<UInt64(5000) { variable.recordUnordered(.write, argument: value) }
      }
    }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    for number in 0..<3 {
      #expect(trace.events(on: "own \(number)").map(\.size) == (0..<5000).map { UInt64($0) })
    }
    var last: [ThreadID: UInt64] = [:]
    for event in trace.events {
      let time = try #require(event.time)
      #expect(time >= last[event.thread, default: 0])
      last[event.thread] = time
    }
  }

  @Test func `puts a fork before the child and the child before its join`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    recorder.record { onRecordedThreads(5) { _ in } }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    for number in 0..<5 {
      let id = try #require(trace.tables.threads.firstIndex { $0.name == "thread \(number)" })
      let mine = trace.events.filter { $0.thread.index == id || $0.child.rawValue == UInt32(id) }
      #expect(mine.map(\.operation) == [.fork, .start, .exit, .join])
      #expect(trace.tables.threads[id].kind == "thread")
    }
  }

  @Test func `places a wait in the order of its lock too`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    let lock = RecordedObject(.lock, name: "lock")
    let condition = RecordedObject(.condition, name: "condition")
    recorder.record {
      lock.record(.acquire)
      condition.record(.wait, under: lock, isPending: true)
      condition.record(.wait, under: lock, attempt: .timed, result: .timeout)
      lock.record(.release)
    }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(trace.events.map(\.operation) == [.acquire, .wait, .wait, .release])
    #expect(trace.events[1].isPending && !trace.events[2].isPending)
    #expect(trace.events[2].attempt == .timed && trace.events[2].result == .timeout)
    #expect(trace.events[1].lock == trace.events[0].object)
  }
}
