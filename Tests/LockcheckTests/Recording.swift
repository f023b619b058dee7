import Foundation
import LockcheckCodecs
import LockcheckRecorder
import LockcheckTasks
import LockcheckTrace

/// What a closure did, as a trace: recorded by a recorder of its own into a temporary file.
func recorded(_ body: () throws -> Void) throws -> Trace {
  let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("lockcheck-\(UUID().uuidString).lctrace")
  defer { try? FileManager.default.removeItem(at: file) }
  var configuration = RecorderConfiguration()
  configuration.file = file.path
  let recorder = Recorder(configuration: configuration)
  try recorder.start()
  let result = Result { try recorder.record(body) }
  try recorder.stop()
  try result.get()

  var decoder = try BinaryTraceDecoder(MemoryBytes([UInt8](Data(contentsOf: file))))
  var trace = Trace()
  var events: [LockcheckTrace.Event] = []
  while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
  trace.header = decoder.header
  return trace
}

extension Trace {
  /// The events on objects of that name, a line each: `acquire pending timed`.
  func events(on name: String) -> [String] {
    events.filter { $0.object.isPresent && tables.objects.name(of: $0.object) == name }.map(line)
  }

  /// What the thread of that name did, a line each: `acquire(A)`.
  func events(of thread: String) -> [String] {
    events.filter { tables[$0.thread].name == thread }.map { event in
      let object = event.object.isPresent ? tables.objects.name(of: event.object) ?? "?" : ""
      let child = event.child.isPresent ? tables[event.child].name ?? "?" : ""
      return line(event).replacing(
        event.operation.name, with: "\(event.operation.name)(\(object)\(child))", maxReplacements: 1
      )
    }
  }

  /// What is known of the object of that name.
  func details(of name: String) -> ObjectDetails? {
    (0..<tables.objects.count).map { ObjectID($0) }
      .first { tables.objects.name(of: $0) == name }.map { tables.objects[$0] }
  }

  private func line(_ event: LockcheckTrace.Event) -> String {
    var words = [event.operation.name]
    if event.isPending { words.append("pending") }
    if event.attempt != .blocking { words.append("\(event.attempt)") }
    if event.mode == .shared { words.append("shared") }
    if event.result != .success { words.append("\(event.result)") }
    if !event.operation.isAccess, let count = event.count { words.append("\(count)") }
    if event.lock.isPresent { words.append("under \(tables.objects.name(of: event.lock) ?? "?")") }
    return words.joined(separator: " ")
  }
}
