import Foundation
import Glibc
import LockcheckCodecs
import LockcheckRecorder
import LockcheckTrace
import Synchronization

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/lockcheck-recorder-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String = "trace.lctrace") -> String { path + "/" + name }
}

func recorder(
  _ file: String, _ change: (inout RecorderConfiguration) -> Void = { _ in }
) -> Recorder {
  var configuration = RecorderConfiguration()
  configuration.file = file
  change(&configuration)
  return Recorder(configuration: configuration)
}

/// Everything in a recording, and what the reader says was lost.
func read(_ file: String, recovering: Bool = false) throws -> (trace: Trace, losses: [TraceLoss]) {
  let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  return try decode(bytes, recovering: recovering)
}

func decode(
  _ bytes: [UInt8], recovering: Bool = false
) throws -> (trace: Trace, losses: [TraceLoss]) {
  var decoder = try BinaryTraceDecoder(MemoryBytes(bytes), recovering: recovering)
  var trace = Trace(header: decoder.header)
  var events: [Event] = []
  while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
  return (trace, decoder.losses)
}

extension Trace {
  func name(_ object: ObjectID) -> String? { tables.objects.name(of: object) }
  func name(_ thread: ThreadID) -> String? { tables[thread].name }
  /// The events on the object with this name.
  func events(on name: String) -> [Event] {
    events.filter { $0.object.isPresent && self.name($0.object) == name }
  }
}

/// A lock whose every event says how many there were on it before: the order that the trace has to
/// show.
final class NumberedLock: Sendable {
  let recorded: RecordedObject
  private let next = Mutex<UInt64>(0)

  init(_ name: String) { recorded = RecordedObject(.lock, name: name) }

  func withLock(_ body: () -> Void = {}) {
    next.withLock { next in
      recorded.record(.acquire, argument: next)
      next += 1
      body()
      recorded.record(.release, argument: next)
      next += 1
    }
  }
}

/// Runs the closures, each on a plain thread that the recorder is not told about.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { number in
    PlainThread { body(number) }
  }
  for thread in threads { thread.join() }
}

/// A POSIX thread.
final class PlainThread {
  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    unsafe pthread_create(
      &handle, nil,
      { argument in
        unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, unsafe box)
  }

  func join() { pthread_join(handle, nil) }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// As ``onThreads(_:_:)``, on threads that the recorder is told about: they record where their maker
/// does.
func onRecordedThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { number in
    let recorded = RecordedThread(name: "thread \(number)")
    recorded.recordFork()
    let plain = PlainThread {
      recorded.enter()
      body(number)
      recorded.leave()
    }
    return (recorded, plain)
  }
  for (recorded, plain) in threads {
    plain.join()
    recorded.recordJoin()
  }
}

/// Splitmix64: the same seed, the same numbers.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
