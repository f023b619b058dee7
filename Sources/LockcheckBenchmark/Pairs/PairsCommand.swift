import ArgumentParser

struct PairsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "What a lock costs: off, recorded, checked, and under other tools.",
    discussion: """
      Prints nanoseconds for one pair: median (least–most) of the rounds, and × what pthread_mutex \
      costs plain in the same round. 'single' and 'nested' are processor time of the thread; \
      'contended', by two threads, goes by the clock, which suffers when others use the machine.
      """)

  @Option(help: "How often everything is measured, in turns.") var rounds = 7
  @Option(help: "How long one figure is measured each time.") var milliseconds = 10
  @Option(help: "How many frames of its own the call stack has.") var depth = 12
  @Option(help: "Only this one, beside pthread_mutex: 'Lock', 'RLock' …. May be repeated.")
  var only: [PairKind] = []
  @Flag(
    inversion: .prefixedNo, help: "Measure ThreadSanitizer and Helgrind, too, where they are there."
  )
  var others = true

  func validate() throws {
    guard rounds > 0, milliseconds > 0, (0...100).contains(depth) else {
      throw ValidationError("Rounds and milliseconds are at least 1, the depth is 0 to 100.")
    }
  }

  /// How lockcheck's own are run, and with which environment.
  private static let modes: [(name: String, environment: [String: String])] = [
    ("off", [:]),
    ("recorded, no stacks", ["LOCKCHECK": "record", "LOCKCHECK_STACKS": "none"]),
    ("recorded, stacks", ["LOCKCHECK": "record", "LOCKCHECK_STACKS": "fast"]),
    ("checked, no stacks", ["LOCKCHECK": "check-only", "LOCKCHECK_STACKS": "none"]),
    ("checked, stacks", ["LOCKCHECK": "check-only", "LOCKCHECK_STACKS": "fast"]),
    ("checked and recorded", ["LOCKCHECK": "check", "LOCKCHECK_STACKS": "fast"]),
  ]

  func run() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let tools = others ? try OtherTools(in: folder) : nil
    var results = PairResults()
    let choice = (only.isEmpty ? [] : [.pthread] + only).flatMap { ["--only", $0.rawValue] }
    for _ in 0..<rounds {
      for mode in Self.modes {
        var environment = mode.environment
        environment["LOCKCHECK_TRACE"] = folder.file("pairs.lctrace")
        let child = try Child.again(
          ["pairs-work", "--milliseconds", "\(milliseconds)", "--depth", "\(depth)"] + choice,
          environment: environment)
        try results.take(child.end(), mode: mode.name)
        folder.remove("pairs.lctrace")
      }
      for tool in tools?.tools ?? [] {
        let child = try Child(
          tool.program, tool.arguments + ["\(milliseconds)", "\(depth)"], isQuiet: true)
        try results.take(child.end(), mode: tool.name)
      }
    }
    print("\(Machine.description); \(rounds) rounds; nanoseconds for one pair\n")
    print(results.table(modes: Self.modes.map(\.name) + (tools?.tools.map(\.name) ?? [])))
    for line in tools?.skipped ?? [] { print("\n\(line)") }
    print("\n\(results.verdicts)")
  }
}
