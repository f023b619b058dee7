import ArgumentParser

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "How many events a second threads can record, and how large they are.",
    discussion: """
      One, two and four threads work under locks of their own and, one time in ten, under one that \
      they share; each event carries its call stack. Prints millions of events a second, by the \
      clock and by the processor time of all threads: median (least–most) of the rounds.
      """)

  @Option(help: "How many events to record each time.") var events = 2_000_000
  @Option(help: "How often everything is measured, in turns.") var rounds = 5

  func validate() throws {
    guard events >= 1000, rounds > 0 else {
      throw ValidationError("There have to be at least 1000 events and one round.")
    }
  }

  private struct Figures {
    var byClock: [Double] = []
    var byProcessor: [Double] = []
    var bytes: [Double] = []
  }

  func run() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let counts = [1, 2, 4]
    var figures: [Int: Figures] = [:]
    for _ in 0..<rounds {
      for threads in counts {
        try measure(threads, in: folder, &figures[threads, default: Figures()])
        folder.remove("run.lctrace")
      }
    }
    print("\(Machine.description); \(events) events; \(rounds) rounds\n")
    var table = TextTable([
      "threads", "M events/s by the clock", "M events/s of processor time", "bytes an event",
    ])
    for threads in counts {
      guard let figures = figures[threads] else { continue }
      table.append([
        "\(threads)", Spread(figures.byClock).text(digits: 2),
        Spread(figures.byProcessor).text(digits: 2), Spread(figures.bytes).text(digits: 2),
      ])
    }
    print(table.text)
  }

  private func measure(
    _ threads: Int, in folder: TemporaryFolder, _ figures: inout Figures
  ) throws(BenchmarkFailure) {
    let ending = try Child.again([
      "record-work", folder.file("run.lctrace"), "--threads", "\(threads)", "--events", "\(events)",
    ]).end()
    let numbers = ending.output.split { $0 == "\t" || $0 == "\n" }.compactMap { Double($0) }
    guard ending.isSuccess, numbers.count == 4, numbers[0] > 0 else {
      throw BenchmarkFailure("the recording by \(threads) threads failed")
    }
    figures.bytes.append(numbers[1] / numbers[0])
    figures.byClock.append(numbers[0] / numbers[2] * 1000)
    figures.byProcessor.append(numbers[0] / numbers[3] * 1000)
  }
}
