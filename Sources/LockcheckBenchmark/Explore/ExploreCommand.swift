import ArgumentParser
import ExplorationPrograms
import LockcheckControl

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "How many schedules it takes to find the bugs of known programs, and how long.",
    discussion: """
      Each program of Fixtures/exploration is explored with each method, so often, each time with \
      another seed and until its bug is found or the cap is reached. A cell says in how many \
      trials it was found, if not in all, and after how many schedules, in the mean of those. Each \
      program and method has a process of its own. Schedules a second are those of all methods.
      """)

  @Option(
    help:
      "Only these programs, separated by commas; a name ending in * stands for all that begin so.")
  var programs = "*"
  @Option(help: "These methods, separated by commas.")
  var methods = "portfolio,surw,urw,pos,pct3,walk20"
  @Option(help: "How often each program is explored with each method.") var trials = 20
  @Option(help: "After how many schedules a trial gives up.") var cap = 10_000
  @Flag(help: "Measure schedules a second, threads and memory of a program that goes right.")
  var speed = false

  func validate() throws {
    guard trials > 0, cap > 0 else { throw ValidationError("Trials and cap have to be positive.") }
    guard !chosenPrograms.isEmpty else {
      throw ValidationError("No program is called so: \(programs)")
    }
    _ = try chosenMethods
  }

  private var chosenPrograms: [ExplorationProgram] {
    let patterns = programs.split(separator: ",")
    return ExplorationProgram.all.filter { program in
      patterns.contains {
        $0.hasSuffix("*") ? program.name.hasPrefix($0.dropLast()) : program.name == $0
      }
    }
  }

  private var chosenMethods: [ExplorationMethod] {
    get throws {
      try methods.split(separator: ",").map { try ExplorationMethod(parsing: String($0)) }
    }
  }

  func run() throws {
    print("\(Machine.description)\n")
    if speed { return try measureSpeed() }
    let methods = try chosenMethods
    say(["program", "published"] + methods.map { "\($0)" } + ["schedules/s"])
    say(methods.map { _ in "---" } + ["---", "---", "---"])
    var whole = methods.map { _ in 0 }
    for program in chosenPrograms {
      let results = try methods.map {
        try ExploreResult(program, $0, trials: trials, cap: cap)
      }
      for (index, result) in results.enumerated() where result.isWhole { whole[index] += 1 }
      let schedules = results.reduce(0) { $0 + $1.scheduleCount }
      let nanoseconds = results.reduce(0) { $0 + $1.nanoseconds }
      let rate = Double(schedules) / (Double(nanoseconds) / 1e9)
      let published = PublishedMeans.all[program.name]?.text ?? ""
      say([program.name, published] + results.map(\.text) + [rate.text(digits: 0)])
    }
    let count = chosenPrograms.count
    say(["found in every trial", ""] + whole.map { "\($0) of \(count)" } + [""])
  }

  /// Each row as soon as it is known: all of them take a while.
  private func say(_ row: [String]) {
    Machine.say("| \(row.joined(separator: " | ")) |\n")
  }

  private func measureSpeed() throws {
    let ending = try Child.again(["explore-speed-work"]).end()
    guard ending.isSuccess else { throw BenchmarkFailure("an exploration failed") }
    print(ending.output, terminator: "")
  }
}
