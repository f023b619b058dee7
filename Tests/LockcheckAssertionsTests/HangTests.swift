import AssertionsTestKit
import Foundation
import Lockcheck
import LockcheckRecorder
import LockcheckTasks
import Synchronization
import Testing

@testable import LockcheckAssertions

@Suite struct `A pulse` {
  private let limit = Duration.seconds(2)
  private let second = Duration.seconds(1)

  @Test func `is still after as much time without a sign of life as the limit says`() {
    var pulse = Pulse(7)
    pulse.look(at: 7, after: second, counting: second)
    #expect(!pulse.isStill(for: limit))
    pulse.look(at: 7, after: second, counting: second)
    #expect(pulse.isStill(for: limit))
  }

  @Test func `begins anew with every sign of life, however long it takes in all`() {
    var pulse = Pulse(0)
    for progress in 1...100 as ClosedRange<UInt64> {
      pulse.look(at: progress - 1, after: second, counting: second)
      pulse.look(at: progress, after: second, counting: second)
      #expect(!pulse.isStill(for: limit))
    }
  }

  @Test func `does not count that the process was stopped`() {
    var pulse = Pulse(0)
    pulse.look(at: 0, after: .seconds(3600), counting: second)
    #expect(!pulse.isStill(for: limit))
  }

  @Test func `begins anew when it is restarted`() {
    var pulse = Pulse(0)
    pulse.look(at: 0, after: second, counting: second)
    pulse.restart()
    pulse.look(at: 0, after: second, counting: second)
    #expect(!pulse.isStill(for: limit))
  }
}

@Suite struct `The progress of a recording` {
  @Test func `is another number after every event, through many chunks of many threads`() throws {
    try withRecorder { recorder, file in
      var progress = try TraceProgress(file: file)
      try recorder.record {
        let lock = Lock(name: "lock")
        var last = try progress.value()
        for round in 0..<40 {
          let thread = CheckedThread { for _ in 0..<round * 20 { lock.withLock {} } }
          thread.start()
          thread.join()
          let value = try progress.value()
          #expect(value > last)
          last = value
          for _ in 0..<20 {
            lock.withLock {}
            let value = try progress.value()
            #expect(value > last)
            last = value
          }
          #expect(try progress.value() == last)
        }
      }
    }
  }

  @Test func `goes on where events find no room`() throws {
    try withRecorder(sizeLimit: 256 * 1024) { recorder, file in
      var progress = try TraceProgress(file: file)
      try recorder.record {
        let lock = Lock(name: "lock")
        for _ in 0..<100_000 { lock.withLock {} }
        let full = try progress.value()
        lock.withLock {}
        #expect(try progress.value() > full)
      }
    }
  }

  @Test func `goes on where the oldest events make room for new ones`() throws {
    try withRecorder(sizeLimit: 65536, keeps: .newest) { recorder, file in
      var progress = try TraceProgress(file: file)
      try recorder.record {
        let lock = Lock(name: "lock")
        for _ in 0..<100_000 { lock.withLock {} }
        var last = try progress.value()
        for _ in 0..<3000 {
          lock.withLock {}
          let value = try progress.value()
          #expect(value > last)
          last = value
        }
        #expect(try progress.value() == last)
      }
    }
  }

  private func withRecorder(
    sizeLimit: UInt64? = nil, keeps: RecorderConfiguration.Kept = .oldest,
    _ body: (Recorder, String) throws -> Void
  ) throws {
    var configuration = RecorderConfiguration()
    configuration.bufferSize = 4096
    configuration.sizeLimit = sizeLimit
    configuration.keeps = keeps
    configuration.file = FileManager.default.temporaryDirectory
      .appending(path: "\(UUID().uuidString).lctrace").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: configuration.file) }
    let recorder = Recorder(configuration: configuration)
    try recorder.start()
    defer { _ = try? recorder.stop() }
    try body(recorder, configuration.file)
  }
}

@Suite struct `A task that is held` {
  @TaskLocal static var place = "nowhere"

  @Test func `runs when it is told to, once, with the values of the task that made it`() {
    let seen = Mutex<[String]>([])
    let task = Self.$place.withValue("here") {
      HeldTask { seen.withLock { $0.append(Self.place) } }
    }
    #expect(seen.withLock { $0 } == [])
    let thread = CheckedThread { task.run() }
    thread.start()
    thread.join()
    #expect(seen.withLock { $0 } == ["here"])
    task.run()
    #expect(seen.withLock { $0 } == ["here"])
  }
}

@Suite struct `Files of what hangs` {
  @Test(arguments: [
    ("transfers()", "transfers"), ("\"a b/../c\"", "a-b-c"), ("", "test"), ("äöü", "test"),
    (String(repeating: "x", count: 300), String(repeating: "x", count: 100)),
  ]) func `have names that every system takes`(name: String, stem: String) {
    #expect(HangFiles.stem(of: name) == stem)
  }
}

@Suite struct `A recorded closure that hangs` {
  @Test func `is told at the place of the call, and the process ends`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(
      filter: "subjectHungRecording")
    #expect(status == Hang.exitStatus)
    #expect(
      output.contains("recorded an issue at HangTests.swift:\(RecordingSubjects.hungLine):"),
      "\(output)")
    #expect(output.contains("held by thread 'Kant'"))
  }

  @Test func `is told on standard error where no framework knows the thread`() throws {
    let (status, output) = try ThisTestProcess.runSwiftTesting(
      filter: "subjectHungThread")
    #expect(status == Hang.exitStatus)
    #expect(!output.contains("recorded an issue"))
    #expect(output.contains("HangTests.swift:\(RecordingSubjects.threadLine): HangTests.swift:"))
    #expect(output.contains("held by thread 'Kant'"), "\(output)")
  }
}

/// Tests that hang, for a process of their own.
@Suite(.enabled(if: ThisTestProcess.isSubject)) struct RecordingSubjects {
  static let hungLine = #line + 2
  @Test func subjectHungRecording() {
    _ = recording(hang: .seconds(1)) { Deeds.deadlock() }
  }

  static let threadLine = #line + 4
  @Test func subjectHungThread() async {
    await withCheckedContinuation { (_: CheckedContinuation<Void, Never>) in
      Thread.detachNewThread {
        _ = recording(hang: .seconds(1)) { Deeds.deadlock() }
      }
    }
  }
}
