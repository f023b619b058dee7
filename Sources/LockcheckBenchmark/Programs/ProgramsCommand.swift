import ArgumentParser

struct ProgramsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "programs",
    abstract: "What it costs to record programs as they are, beside ThreadSanitizer and Helgrind.",
    discussion: """
      Small programs in C that are compiled now, and real ones where they are installed, run by turns: \
      plain, recorded by libLockcheckRuntime.so, with their accesses recorded, with ThreadSanitizer, \
      under Helgrind (on a part of the work). Times are processor time: median (least–most) of the rounds; × is the ratio \
      to plain in the same round. Build the library for release before:

        swift build -c release --product LockcheckRuntime
      """)

  @Option(help: "How often everything is measured, in turns.") var rounds = 5
  @Option(help: "Only this one: 'pair', 'pigz' …. May be repeated.") var only: [ProgramRow] = []
  @Option(help: "The library that records; else the one beside this program.") var runtime: String?
  @Option(help: "How many times less is done: for a quick look.") var divide = 1
  @Option(help: "After how many seconds a program is given up.") var seconds = 120
  @Flag(
    inversion: .prefixedNo,
    help: "Measure ThreadSanitizer, Helgrind and accesses, too, where they are there.")
  var others = true

  func validate() throws {
    guard rounds > 0, divide > 0, seconds > 0 else {
      throw ValidationError("Rounds, seconds and what is divided by are at least 1.")
    }
  }

  func run() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let rows = only.isEmpty ? ProgramRow.allCases : ProgramRow.allCases.filter(only.contains)
    let bench = try Workbench(
      in: folder, rows: rows, library: try runtime ?? Machine.neighbour("libLockcheckRuntime.so"),
      others: others, divide: divide, seconds: seconds)
    var results = ProgramResults()
    for _ in 0..<rounds {
      for row in rows { try measure(row, on: bench, into: &results) }
    }
    print("\(Machine.description); \(rounds) rounds\n")
    print(results.table(rows))
    for line in bench.skipped { print("\nskipped: \(line)") }
    print("\n\(results.verdicts(rows))")
  }

  private func measure(
    _ row: ProgramRow, on bench: Workbench, into results: inout ProgramResults
  ) throws {
    var plain: [Int: Meter.Reading] = [:]
    for way in ProgramWay.allCases {
      let share = way.share(of: row) * divide
      // What times itself says what one takes: it need not be as many.
      let base = row.sort == .real ? share : divide
      guard let task = bench.task(row, way, share: share) else { continue }
      if plain[base] == nil, let task = bench.task(row, .plain, share: base) {
        plain[base] = try bench.meter.run(task)
      }
      let reading = way == .plain ? plain[base] : try bench.meter.run(task)
      results.take(reading, row, way, plain: plain[base])
    }
  }
}
