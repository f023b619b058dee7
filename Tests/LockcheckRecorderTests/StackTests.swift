import LockcheckTasks
import LockcheckTrace
import Testing

@testable import LockcheckRecorder

@Suite struct `A recorded stack` {
  @inline(never) func here(_ object: borrowing RecordedObject) { object.record(.write) }
  @inline(never) func deep(_ depth: Int, _ body: () -> Void) -> Int {
    if depth == 0 {
      body()
      return 0
    }
    return deep(depth - 1, body) + 1
  }

  func stacks(
    _ kind: RecorderConfiguration.Stacks, depth: Int = 32,
    _ body: (borrowing RecordedObject) -> Void
  ) throws -> Trace {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) {
      $0.stacks = kind
      $0.stackDepth = depth
    }
    try recorder.start()
    let object = RecordedObject(.variable, name: "x")
    recorder.record { body(object) }
    try recorder.stop()
    return try read(folder.file()).trace
  }

  @Test(arguments: [RecorderConfiguration.Stacks.fast, .full])
  func `has its module, its offset and its build`(kind: RecorderConfiguration.Stacks) throws {
    let trace = try stacks(kind) { here($0) }
    let frames = trace.tables.frames(of: trace.events[0].stack)
    #expect(frames.count > 2)
    let first = try #require(frames.first)
    #expect(first.module?.isEmpty == false)
    #expect(first.buildID.map { $0.count >= 16 } ?? true)
    #expect(try #require(first.address) >= #require(first.offset))
    #expect(first.isUnresolved)
  }

  @Test func `is absent when none is asked for`() throws {
    let trace = try stacks(.none) { here($0) }
    #expect(trace.events.count == 1)
    #expect(!trace.events[0].stack.isPresent)
    #expect(trace.tables.stacks.isEmpty)
  }

  @Test(arguments: [1, 7, 128])
  func `is no deeper than was asked for`(depth: Int) throws {
    let trace = try stacks(.fast, depth: depth) { object in
      _ = deep(200) { here(object) }
    }
    #expect(trace.tables.frames(of: trace.events[0].stack).count == depth)
  }

  @Test func `is one for one place, and another for another`() throws {
    let trace = try stacks(.fast) { object in
      for _ in 0..<3 { here(object) }
      here(object)
    }
    #expect(Set(trace.events.map(\.stack)).count == 2)
    #expect(Set(trace.events.prefix(3).map(\.stack)).count == 1)
  }

  @Test func `begins with the caller of the recorder`() throws {
    let trace = try stacks(.fast) { object in
      here(object)
      here(object)
    }
    let first = trace.tables.frames(of: trace.events[0].stack)
    let second = trace.tables.frames(of: trace.events[1].stack)
    // The frames of `here` are the same; that of the closure is at another line.
    #expect(first[0] == second[0])
    #expect(first != second)
    #expect(first.count == second.count)
  }

  @Test func `of an object is where it was made`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    recorder.record {
      let object = RecordedObject(.variable, name: "x")
      object.record(.write)
    }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    let made = trace.tables.objects.stack(of: trace.events[0].object)
    #expect(made.isPresent)
    #expect(trace.tables.frames(of: made).count > 2)
  }

  @Test func `is taken on a stack that the thread was not given`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file())
    try recorder.start()
    let object = RecordedObjectBox("x")
    recorder.record {
      object.recorded.record(.write)
      onAlternateStack { object.recorded.record(.write) }
      object.recorded.record(.write)
    }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(trace.events.count == 3)
    #expect(trace.events.allSatisfy { !trace.tables.frames(of: $0.stack).isEmpty })
  }
}
