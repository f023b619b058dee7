import ArgumentParser

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "How fast traces are read and analyzed, and how much memory that takes.",
    discussion: """
      Makes up a run, writes it in each form to a temporary folder, and adds a trace that the recorder \
      itself has written. Prints millions of events a second of processor time, median (least–most) of \
      the rounds, and the peak of the memory of the process that analyzes.
      """)

  @Option(help: "How many events the run has.") var events = 5_000_000
  @Option(help: "How often everything is measured, in turns.") var rounds = 3
  @Option(
    name: .customLong("form"),
    help: "Only this form: binary, json, ndjson, std, json.gz, recorded. May be repeated.")
  var forms: [String] = []

  private static let recorded = "recorded"

  private var chosen: [String] {
    forms.isEmpty ? TraceForm.allCases.map(\.rawValue) + [Self.recorded] : forms
  }

  func validate() throws {
    guard events > 0, rounds > 0 else {
      throw ValidationError("There has to be at least one event and one round.")
    }
    for form in chosen where form != Self.recorded && TraceForm(rawValue: form) == nil {
      throw ValidationError("There is no form '\(form)'.")
    }
  }

  private struct Figures {
    var decoding: [Double] = []
    var analyzing: [Double] = []
    var memory = 0
    var events = 0
  }

  func run() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var files: [String: String] = [:]
    for form in chosen { files[form] = try make(form, in: folder) }
    var figures: [String: Figures] = [:]
    for _ in 0..<rounds {
      for form in chosen {
        try measure(files[form] ?? "", &figures[form, default: Figures()])
      }
    }
    print("\(Machine.description); \(events) events; \(rounds) rounds\n")
    var table = TextTable([
      "form", "bytes an event", "decoding, M events/s", "decoding and analyzing, M events/s",
      "peak memory, MB",
    ])
    for form in chosen {
      guard let figures = figures[form], let size = Machine.size(of: files[form] ?? "") else {
        continue
      }
      table.append([
        form, (Double(size) / Double(figures.events)).text(digits: 1),
        Spread(figures.decoding).text(digits: 2), Spread(figures.analyzing).text(digits: 2),
        "\(figures.memory / 1024)",
      ])
    }
    print(table.text)
  }

  /// Makes the trace in a form and returns its path.
  private func make(_ form: String, in folder: TemporaryFolder) throws -> String {
    guard let form = TraceForm(rawValue: form) else {
      let path = folder.file("recorded.lctrace")
      let child = try Child.again([
        "record-work", path, "--events", "\(events)", "--threads", "4",
      ])
      guard child.end().isSuccess else { throw BenchmarkFailure("the recording failed") }
      return path
    }
    let path = folder.file(form.fileName)
    try form.write(SyntheticRun(events: events), to: path)
    return path
  }

  private func measure(_ file: String, _ figures: inout Figures) throws(BenchmarkFailure) {
    let decoded = try Self.figures(["analyze-work", file, "--decode-only"])
    figures.decoding.append(decoded.rate)
    let analyzed = try Self.figures(["analyze-work", file])
    figures.analyzing.append(analyzed.rate)
    figures.memory = max(figures.memory, analyzed.memory)
    figures.events = analyzed.events
  }

  /// What a process has counted: millions of events a second, the peak of memory in KiB, the events.
  private static func figures(
    _ arguments: [String]
  ) throws(BenchmarkFailure) -> (rate: Double, memory: Int, events: Int) {
    let ending = try Child.again(arguments).end()
    let numbers = ending.output.split { $0 == "\t" || $0 == "\n" }.compactMap { Int($0) }
    guard ending.isSuccess, numbers.count == 3, numbers[1] > 0 else {
      throw BenchmarkFailure("reading a trace failed: \(arguments)")
    }
    return (Double(numbers[0]) / Double(numbers[1]) * 1000, numbers[2], numbers[0])
  }
}
