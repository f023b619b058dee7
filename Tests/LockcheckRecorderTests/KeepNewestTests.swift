import Foundation
import LockcheckCodecs
import LockcheckRecorder
import LockcheckTasks
import LockcheckTrace
import Synchronization
import Testing

@Suite struct `A recording that keeps the newest events` {
  private func newest(_ file: String, limit: UInt64 = 65536) -> Recorder {
    recorder(file) {
      $0.bufferSize = 4096
      $0.sizeLimit = limit
      $0.keeps = .newest
    }
  }

  @Test(arguments: [1, 3, 6], [65536, 200_000, 1 << 20] as [UInt64])
  func `is the end of the run`(threads: Int, limit: UInt64) throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file(), limit: limit)
    try recorder.start()
    let lock = NumberedLock("lock")
    let rounds = 240_000 / threads
    recorder.record {
      onRecordedThreads(threads) { _ in for _ in 0..<rounds { lock.withLock() } }
    }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(try Data(contentsOf: URL(filePath: folder.file())).count == Int(summary.bytes))
    #expect(summary.bytes <= limit)
    #expect(summary.lost == 0)
    // Every event on the lock has its number: what is left is what a trace without a limit ends with.
    let numbers = trace.events(on: "lock").compactMap(\.count)
    let all = UInt64(threads * rounds * 2)
    #expect(numbers.count > 1000)
    #expect(numbers.dropFirst() == ArraySlice(all - UInt64(numbers.count) + 1..<all))
    #expect(trace.header.droppedEvents == summary.events - UInt64(trace.events.count))
  }

  @Test func `is whole, and says so, where everything has room`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file(), limit: 1 << 20)
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record { onRecordedThreads(3) { _ in for _ in 0..<1000 { lock.withLock() } } }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(summary.dropped == 0)
    #expect(trace.header.droppedEvents == nil)
    #expect(trace.events(on: "lock").map(\.count) == (0..<6000).map { $0 })
  }

  @Test func `still has what a thread took and waits for when all around it is dropped`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file())
    try recorder.start()
    let (held, wanted, given) = (Box("held"), Box("wanted"), Box("given back"))
    let lock = NumberedLock("lock")
    recorder.record {
      let waits = DispatchSemaphore(value: 0)
      let goesOn = DispatchSemaphore(value: 0)
      let waiter = RecordedThread(name: "waiter")
      waiter.recordFork()
      let plain = PlainThread {
        waiter.enter()
        given.recorded.record(.acquire)
        held.recorded.record(.acquire)
        given.recorded.record(.release)
        wanted.recorded.record(.acquire, isPending: true)
        waits.signal()
        goesOn.wait()
        wanted.recorded.record(.acquire)
        waiter.leave()
      }
      waits.wait()
      for _ in 0..<60_000 { lock.withLock() }
      goesOn.signal()
      plain.join()
      waiter.recordJoin()
    }
    try recorder.stop()
    let trace = try read(folder.file()).trace
    #expect(trace.events(on: "given back").isEmpty)
    let events = trace.events.filter { trace.name($0.thread) == "waiter" }
    #expect(events.map(\.operation) == [.acquire, .acquire, .acquire, .exit])
    #expect(events.map(\.isPending) == [false, true, false, false])
    #expect(trace.name(trace.events[0].object) == "held")
    #expect(trace.name(trace.events[1].object) == "wanted")
  }

  @Test func `has its tables in order where they take the space of events`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file())
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record {
      for number in 0..<400 {
        let object = RecordedObject(.lock, name: "object \(number)")
        object.record(.acquire)
        for _ in 0..<100 { lock.withLock() }
        object.record(.release)
      }
    }
    try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(trace.header.droppedEvents ?? 0 > 0)
    #expect(trace.events(on: "lock").last?.count == 79_999)
    #expect(trace.events(on: "object 399").count == 2)
  }

  @Test func `ends where tables leave no room, and says how much was lost`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file())
    try recorder.start()
    recorder.record {
      for number in 0..<5000 {
        let object = RecordedObject(.lock, name: "an object with a name, number \(number)")
        object.record(.acquire)
        object.record(.release)
      }
    }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(summary.bytes <= 65536)
    #expect(summary.lost > 0)
    #expect(losses.count == 1)
    #expect(!trace.events.isEmpty)
  }

  @Test func `goes on when there is room for all threads again`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file())
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record {
      // Each has a chunk, as long as there are any, until all have been there.
      let arrived = Mutex(0)
      let all = DispatchSemaphore(value: 0)
      onRecordedThreads(40) { _ in
        lock.withLock()
        let isLast = arrived.withLock { arrived in
          arrived += 1
          return arrived == 40
        }
        if isLast { for _ in 0..<40 { all.signal() } }
        all.wait()
        lock.withLock()
      }
      for _ in 0..<100 { lock.withLock() }
    }
    let summary = try recorder.stop()
    let (trace, losses) = try read(folder.file())
    #expect(losses.isEmpty)
    #expect(summary.lost == 0)
    #expect(summary.dropped > 0)
    #expect(trace.events(on: "lock").compactMap(\.count).suffix(200) == ArraySlice(160..<360))
  }

  @Test(arguments: [nil, 65535] as [UInt64?])
  func `needs a size to stay below`(limit: UInt64?) throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) {
      $0.sizeLimit = limit
      $0.keeps = .newest
    }
    #expect(throws: RecorderError.self) { try recorder.start() }
  }

  @Test func `is seen to be damaged where it is, and never read beyond its end`() throws {
    let folder = try TemporaryFolder()
    let recorder = newest(folder.file())
    try recorder.start()
    let lock = NumberedLock("lock")
    recorder.record { onRecordedThreads(2) { _ in for _ in 0..<20_000 { lock.withLock() } } }
    try recorder.stop()
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.file())))
    for place in BinaryFormat.Header.keptFrom..<BinaryFormat.Header.used {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(throws: TraceCodingError.self) { try decode(damaged) }
    }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<60 {
      var damaged = bytes
      // As if it had not been closed: then the chunks say what was dropped.
      if Bool.random(using: &random) { damaged[BinaryFormat.Header.flags] = 2 }
      for _ in 0..<3 {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        damaged[place] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? decode(damaged)
      _ = try? decode(damaged, recovering: true)
      _ = try? RecordingSnapshot(of: MemoryBytes(damaged))
    }
  }

  private final class Box: Sendable {
    let recorded: RecordedObject
    init(_ name: String) { recorded = RecordedObject(.lock, name: name) }
  }
}

@Suite struct `A look at a recording that keeps the newest events` {
  @Test func `is the end of what has been recorded so far`() throws {
    let folder = try TemporaryFolder()
    let recorder = recorder(folder.file()) {
      $0.bufferSize = 4096
      $0.sizeLimit = 65536
      $0.keeps = .newest
    }
    try recorder.start()
    try recorder.record {
      let worker = Worker()
      let threads = (0..<2).map { _ in
        let recorded = RecordedThread(name: nil)
        return PlainThread {
          recorded.enter()
          worker.work()
          recorded.leave()
        }
      }
      defer {
        worker.isOver.withLock { $0 = true }
        for thread in threads { thread.join() }
      }
      for _ in 0..<30_000 { worker.lock.withLock() }
      var last: UInt64 = 0
      for _ in 0..<40 {
        let bytes = GrowingFile(folder.file())
        let committed = try RecordingSnapshot.committed(in: bytes)
        #expect(committed >= last)
        last = committed
        try look(bytes)
      }
    }
    try recorder.stop()
  }

  private func look(_ bytes: GrowingFile) throws {
    let earlier = try RecordingSnapshot(of: bytes)
    var now = try RecordingSnapshot(of: bytes)
    try now.end(with: earlier)
    var decoder = try BinaryTraceDecoder(now, recovering: true)
    var trace = Trace(header: decoder.header)
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
    #expect(decoder.losses.isEmpty)
    let numbers = trace.events(on: "lock").compactMap(\.count)
    for (one, next) in zip(numbers.dropFirst(), numbers.dropFirst(2)) { #expect(next == one + 1) }
  }

  private final class Worker: Sendable {
    let lock = NumberedLock("lock")
    let isOver = Mutex(false)
    func work() { while !isOver.withLock({ $0 }) { lock.withLock() } }
  }
}

/// A file that somebody writes to.
private struct GrowingFile: RandomAccessBytes {
  private let handle: FileHandle

  init(_ path: String) { handle = FileHandle(forReadingAtPath: path)! }

  var count: UInt64 { (try? handle.seekToEnd()) ?? 0 }

  func read(at offset: UInt64, into buffer: inout [UInt8]) throws(TraceCodingError) -> Int {
    guard (try? handle.seek(toOffset: offset)) != nil,
      let data = try? handle.read(upToCount: buffer.count)
    else { return 0 }
    buffer.replaceSubrange(..<data.count, with: data)
    return data.count
  }
}
