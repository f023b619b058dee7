import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace
import Testing

/// A program of `Fixtures/kernels`, which hangs unless it is lucky or mended.
struct Kernel: Sendable, CustomTestStringConvertible {
  /// How it is run.
  enum Way: String, CaseIterable, Sendable {
    case hanging, lucky, mended
    /// Mended in another way.
    case otherwise
  }

  /// One run of it.
  struct Run: Sendable, CustomTestStringConvertible {
    var kernel: Kernel
    var way: Way

    var testDescription: String { "\(kernel.name) \(way)" }

    /// The trace of such a run, and what must be found in it.
    var fixture: Fixture { Fixture(name: "hangs/\(kernel.name)/\(way)") }
  }

  /// Its name.
  var name: String
  var ways: [Way]
  /// What goes wrong, and where that is from.
  var pattern: String
  var source: String

  var testDescription: String { name }

  var runs: [Run] { ways.map { Run(kernel: self, way: $0) } }

  /// All of them, as the program itself lists them.
  static let all: [Kernel] = {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = try? ProgramRun.executable("hangs")
    process.arguments = ["--list"]
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return [] }
    let list = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return list.split(separator: "\n").compactMap(Kernel.init)
  }()

  private init?(_ line: Substring) {
    let parts = line.split(separator: "\t").map(String.init)
    guard parts.count == 4 else { return nil }
    name = parts[0]
    ways = parts[1].split(separator: ",").compactMap { Way(rawValue: String($0)) }
    pattern = parts[2]
    source = parts[3]
  }
}

extension Kernel.Run {
  /// Runs and records it, and says of its trace what does not change from run to run and machine to
  /// machine: no addresses, and of stacks only what is in the kernels.
  func record() throws -> Trace {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "run.lctrace").path
    let option = way == .hanging ? [] : ["--\(way)"]
    // 3: every thread sleeps for good.
    try ProgramRun.record(
      "hangs", [kernel.name] + option, into: file, status: way == .hanging ? 3 : 0)
    var decoder = try ProgramRun.decoder(of: file)
    var trace = Trace()
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
    trace.header.process = .init(executable: "hangs", arguments: ["hangs", kernel.name] + option)
    _ = TraceAnalysis.symbols(&trace.tables, trace.tables.stacks.indices.map { StackID($0) }, [])
    return trace.neutral
  }
}

extension Trace {
  /// The same without what is particular to a machine and a build.
  fileprivate var neutral: Trace {
    var stacks: [[Frame]: StackID] = [:]
    var trace = self
    trace.tables.frames = []
    trace.tables.stacks = []
    func move(_ stack: StackID, into tables: inout TraceTables) -> StackID {
      let frames = self.tables.frames(of: stack).compactMap(\.neutral)
      if frames.isEmpty { return .absent }
      if let known = stacks[frames] { return known }
      let ids = frames.map { frame in
        if let place = tables.frames.firstIndex(of: frame) { return FrameID(place) }
        tables.frames.append(frame)
        return FrameID(tables.frames.count - 1)
      }
      let id = StackID(tables.stacks.count)
      tables.stacks.append(CallStack(ids))
      stacks[frames] = id
      return id
    }
    for place in trace.events.indices {
      trace.events[place].stack = move(trace.events[place].stack, into: &trace.tables)
    }
    for number in 0..<trace.tables.objects.count {
      let id = ObjectID(number)
      let stack = move(trace.tables.objects.stack(of: id), into: &trace.tables)
      trace.tables.objects.setStack(stack, of: id)
    }
    return trace
  }

  /// As a JSON document.
  func json() throws -> String {
    let sink = MemorySink()
    var encoder = JSONTraceEncoder(sink, header: header)
    try encoder.write(events[...], tables: tables)
    try encoder.finish(tables: tables)
    return String(decoding: sink.bytes, as: UTF8.self)
  }
}

extension Frame {
  /// Function, file and line of a place in a kernel; nil of others.
  fileprivate var neutral: Frame? {
    guard let file, let folder = file.range(of: "/Fixtures/kernels/") else { return nil }
    let name = file[folder.upperBound...].split(separator: "/").last.map(String.init)
    return Frame(function: function, file: name, line: line)
  }
}
