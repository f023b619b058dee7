import Foundation
import Glibc
import LockcheckTasks
import LockcheckTrace
import Testing

@testable import LockcheckRecorder

@Suite(.serialized) struct `A recording` {
  @Test func `is nothing before it starts and after it stops`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    let lock = NumberedLock("lock")
    recorder.record { lock.withLock() }
    try recorder.start()
    recorder.record { lock.withLock() }
    try recorder.stop()
    recorder.record { lock.withLock() }
    #expect(try read(folder.file()).trace.events.map(\.count) == [2, 3])
    #expect(throws: RecorderError.notRecording) { try recorder.stop() }
  }

  @Test func `refuses to start twice`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    #expect(throws: RecorderError.alreadyRecording) { try recorder.start() }
    try recorder.stop()
  }

  @Test func `can be made again, with objects and threads that the first has seen`() throws {
    let folder = try TemporaryFolder()
    let lock = NumberedLock("lock")
    for round in 0..<3 {
      let recorder = recorder(folder.file("\(round)"))
      try recorder.start()
      recorder.record { lock.withLock() }
      let summary = try recorder.stop()
      #expect(summary.events == 2)
      #expect(summary.threads == 1)
      #expect(try read(folder.file("\(round)")).trace.events(on: "lock").count == 2)
    }
  }

  @Test func `that is switched on and off with locks held has one half of each pair`() throws {
    let folder = try TemporaryFolder()
    let first = recorder(folder.file("1"))
    let second = recorder(folder.file("2"))
    let lock = RecordedObject(.lock, name: "lock")
    try first.start()
    first.record { lock.record(.acquire) }
    try first.stop()
    try second.start()
    second.record { lock.record(.release) }
    try second.stop()
    #expect(try read(folder.file("1")).trace.events.map(\.operation) == [.acquire])
    #expect(try read(folder.file("2")).trace.events.map(\.operation) == [.release])
  }

  @Test func `stops while threads record, at a place that is causally closed`() throws {
    let folder = try TemporaryFolder()
    for round in 0..<10 {
      let recorder = recorder(folder.file("\(round)")) { $0.bufferSize = 4096 }
      try recorder.start()
      let lock = NumberedLock("lock")
      recorder.record {
        let threads = (0..<3).map { number in
          let recorded = RecordedThread(name: "\(number)")
          recorded.recordFork()
          return PlainThread {
            recorded.enter()
            for _ in 0..<2000 { lock.withLock() }
            recorded.leave()
          }
        }
        lock.withLock()
        _ = try? recorder.stop()
        for thread in threads { thread.join() }
      }
      let (trace, losses) = try read(folder.file("\(round)"))
      #expect(losses.isEmpty)
      let events = trace.events(on: "lock")
      #expect(events.map(\.count) == (0..<UInt64(events.count)).map { $0 })
      #expect(events.count >= 2)
    }
  }

  @Test func `does not see what another one that runs at the same time sees`() throws {
    let folder = try TemporaryFolder()
    let recorders = (0..<3).map { recorder(folder.file("\($0)")) }
    let shared = NumberedLock("shared")
    for recorder in recorders { try recorder.start() }
    onThreads(3) { number in
      let own = NumberedLock("own \(number)")
      recorders[number].record {
        for _ in 0..<500 {
          own.withLock()
          shared.withLock()
        }
      }
    }
    for number in 0..<3 {
      try recorders[number].stop()
      let trace = try read(folder.file("\(number)")).trace
      #expect(trace.events(on: "own \(number)").count == 1000)
      let counts = trace.events(on: "shared").compactMap(\.count)
      #expect(counts.count == 1000)
      #expect(counts == counts.sorted())
      #expect(trace.events.count == 2000)
    }
  }

  @Test func `can be nested in another, which goes on afterwards`() throws {
    let folder = try TemporaryFolder()
    let outer = recorder(folder.file("outer"))
    let inner = recorder(folder.file("inner"))
    let lock = NumberedLock("lock")
    try outer.start()
    try inner.start()
    outer.record {
      lock.withLock()
      inner.record { lock.withLock() }
      lock.withLock()
    }
    try outer.stop()
    try inner.stop()
    #expect(try read(folder.file("outer")).trace.events.map(\.count) == [0, 1, 4, 5])
    #expect(try read(folder.file("inner")).trace.events.map(\.count) == [2, 3])
  }

  @Test func `follows its task over suspensions, and no other task`() async throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    let lock = NumberedLock("mine")
    let other = NumberedLock("other")
    try recorder.start()
    await recorder.record {
      lock.withLock()
      await Task.yield()
      lock.withLock()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { lock.withLock() } }
      }
    }
    await Task.detached { other.withLock() }.value
    try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(trace.events(on: "mine").map(\.count) == (0..<12).map { UInt64($0) })
    #expect(trace.events(on: "other").isEmpty)
  }

  @Test func `ends the chunk of a thread that ends without notice`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    let lock = NumberedLock("lock")
    onThreads(20) { _ in recorder.record { lock.withLock() } }
    let summary = try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(summary.threads == 20)
    #expect(trace.tables.threads.count == 20)
    #expect(trace.events(on: "lock").map(\.count) == (0..<40).map { UInt64($0) })
  }

  @Test func `leaves the events out of a handler that interrupts it, and counts them`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record {
      lock.withLock()
      // What a signal in the middle of an event comes to: the thread is in the recorder already.
      let thread = unsafe Session.currentThread
      #expect(unsafe Session.enter(thread))
      lock.withLock()
      unsafe Session.leave(thread)
      lock.withLock()
    }
    let summary = try recorder.stop()
    #expect(summary.nested == 2)
    #expect(try read(folder.file()).trace.events.map(\.count) == [0, 1, 4, 5])
  }

  @Test func `goes on under a storm of signals whose handlers record`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) { $0.bufferSize = 4096 }
    try recorder.start()
    unsafe signalObject = RecordedObjectBox("from the handler")
    _ = signal(SIGUSR1) { _ in unsafe signalObject.recorded.recordUnordered(.write) }
    defer { _ = signal(SIGUSR1, SIG_DFL) }
    let lock = NumberedLock("lock")
    unblock(SIGUSR1)
    recorder.record {
      for round in 0..<20000 {
        lock.withLock()
        if round % 16 == 0 { raise(SIGUSR1) }
      }
    }
    let summary = try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(trace.events(on: "lock").count == 40000)
    #expect(trace.events(on: "from the handler").count == 1250)
    #expect(summary.nested == 0)
  }

  @Test func `ends where there was no more room, and says how much was lost`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) {
      $0.bufferSize = 4096
      $0.sizeLimit = 100_000
    }
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record {
      onRecordedThreads(3) { _ in for _ in 0..<5000 { lock.withLock() } }
    }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(summary.lost > 0)
    #expect(summary.bytes <= 100_000)
    #expect(losses.count == 1)
    let events = trace.events(on: "lock")
    #expect(!events.isEmpty)
    #expect(events.map(\.count) == (0..<UInt64(events.count)).map { $0 })
  }

  @Test func `is refused by a folder that is not there`() throws {
    let recorder = recorder("/nonexistent/folder/trace.lctrace")
    #expect(throws: RecorderError.self) { try recorder.start() }
    #expect(recorder.file == nil)
  }

  @Test func `is not made twice into the same file at the same time`() throws {
    let folder = try TemporaryFolder()
    let first = recorder(folder.file())
    let second = recorder(folder.file())
    try first.start()
    #expect(throws: RecorderError.self) { try second.start() }
    try first.stop()
    try second.start()
    try second.stop()
  }

  @Test(arguments: ["json", "ndjson"])
  func `becomes JSON when its file is called so`(ending: String) throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file("trace.\(ending)"))
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record { lock.withLock() }
    let summary = try recorder.stop()
    #expect(summary.file == folder.file("trace.\(ending)"))
    let text = try String(contentsOfFile: summary.file, encoding: .utf8)
    #expect(text.contains("lockcheck-trace") && text.contains("\"acquire\""))
    #expect(!FileManager.default.fileExists(atPath: summary.file + ".lctrace"))
  }
}

final class RecordedObjectBox: Sendable {
  let recorded: RecordedObject
  init(_ name: String) { recorded = RecordedObject(.variable, name: name) }
}

nonisolated(unsafe) var signalObject = RecordedObjectBox("unused")
