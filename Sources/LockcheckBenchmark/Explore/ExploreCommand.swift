import ArgumentParser
import ExplorationPrograms

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
  var methods = ExploredMethod.usual.map(\.rawValue).joined(separator: ",")
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

  private var chosenMethods: [ExploredMethod] {
    get throws {
      try methods.split(separator: ",").map { name in
        guard let method = ExploredMethod(rawValue: String(name)) else {
          let known = ExploredMethod.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("There is no method '\(name)'; there are \(known).")
        }
        return method
      }
    }
  }

  func run() throws {
    print("\(Machine.description)\n")
    if speed { return try measureSpeed() }
    let methods = try chosenMethods
    var table = TextTable(
      ["program", "published"] + methods.map(\.rawValue) + ["schedules/s"])
    var totals = methods.map { _ in Totals() }
    for program in chosenPrograms {
      let results = try methods.map { try ExploreResult.measure(program, $0, trials, cap) }
      for (index, result) in results.enumerated() { totals[index].add(result) }
      let schedules = results.reduce(0) { $0 + $1.scheduleCount }
      let nanoseconds = results.reduce(0) { $0 + $1.nanoseconds }
      let rate = Double(schedules) / (Double(nanoseconds) / 1e9)
      let published = PublishedMeans.all[program.name]?.text ?? ""
      table.append(
        [program.name, published] + results.map(\.text) + [rate.text(digits: 0)])
      // So that somebody who waits sees that something happens.
      Machine.say(".")
    }
    table.append(["found in every trial", ""] + totals.map { "\($0.whole) of \($0.all)" } + [""])
    print("\n\n\(table.text)")
  }

  private func measureSpeed() throws {
    let ending = try Child.again(["explore-speed-work"]).end()
    guard ending.isSuccess else { throw BenchmarkFailure("an exploration failed") }
    print(ending.output, terminator: "")
  }

  /// How many programs a method has found the bug of, in each trial.
  private struct Totals {
    var (whole, all) = (0, 0)

    mutating func add(_ result: ExploreResult) {
      all += 1
      if result.foundCount == result.trialCount { whole += 1 }
    }
  }
}
