/// Runs programs and says what each took.
struct Meter {
  /// What one run took.
  struct Reading {
    /// Nanoseconds that passed, and that its threads ran.
    var wall: Double
    var processor: Double
    /// KiB at the most.
    var memory: Int
    /// Bytes of the trace; 0 where none was written.
    var trace = 0
  }

  /// What is to be run.
  struct Task {
    var program: [String]
    var environment: [String] = []
    /// Whether it writes a trace.
    var isRecorded = false
    /// Whether it times itself, and counts how often.
    var count: Int?
    /// Where it listens, and how often it is asked.
    var socket: String?
    var requests = 0
    /// How many requests are sent at a time.
    var batch = 1
  }

  let folder: TemporaryFolder
  private let program: String
  private let seconds: Int

  /// - Parameters:
  ///   - program: The compiled `MeterSource`.
  ///   - seconds: How long a program may take.
  init(_ program: String, seconds: Int, in folder: TemporaryFolder) {
    (self.program, self.seconds, self.folder) = (program, seconds, folder)
  }

  /// Runs it; nil where it does not end well, or in time.
  func run(_ task: Task) throws(BenchmarkFailure) -> Reading? {
    let trace = folder.file("run.lctrace")
    defer {
      folder.remove("run.lctrace")
      folder.remove("socket")
    }
    let environment =
      ["env"] + task.environment
      + (task.isRecorded ? ["LOCKCHECK=record", "LOCKCHECK_TRACE=\(trace)"] : [])
    let child = try Child(
      program,
      [
        "\(seconds)", task.count == nil ? "drop" : "keep", task.socket ?? "-",
        "\(task.requests)", "\(task.batch)",
      ]
        + environment + task.program, isQuiet: true)
    var reading = Self.reading(of: child.end().output, count: task.count)
    reading?.trace = Machine.size(of: trace) ?? 0
    return reading
  }

  private static func reading(of output: String, count: Int?) -> Reading? {
    let lines = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    guard let meter = lines.last, meter.count == 5, meter[0] == "meter", meter[1] == "good",
      let wall = Double(meter[2]), let processor = Double(meter[3]), let memory = Int(meter[4])
    else { return nil }
    guard let count else { return Reading(wall: wall, processor: processor, memory: memory) }
    guard let kernel = lines.first(where: { $0.first == "kernel" }), kernel.count == 3,
      let wall = Double(kernel[1]), let processor = Double(kernel[2])
    else { return nil }
    return Reading(
      wall: wall / Double(count), processor: processor / Double(count), memory: memory)
  }
}
