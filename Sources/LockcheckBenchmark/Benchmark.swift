import ArgumentParser

/// `lockcheck-benchmark`: what recording, reading and exploring cost on this machine.
@main struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockcheck-benchmark",
    abstract: "Measures what lockcheck costs on this machine.",
    discussion: """
      Whatever is compared is measured in turns, in one run, in processes of its own: the ratios are \
      what to look at. Build it for release:

        swift run -c release lockcheck-benchmark pairs
        swift run -c release lockcheck-benchmark analyze --events 5000000
        swift run -c release lockcheck-benchmark growth
        swift run -c release lockcheck-benchmark generate planted -o planted.std
        swift run -c release lockcheck-benchmark record
        swift run -c release lockcheck-benchmark kill --times 200
        swift run -c release lockcheck-benchmark explore
        swift run -c release lockcheck-benchmark programs
      """,
    subcommands: [
      PairsCommand.self, AnalyzeCommand.self, GrowthCommand.self, GenerateCommand.self,
      RecordCommand.self, KillCommand.self, ExploreCommand.self,
      ProgramsCommand.self,
      PairsWork.self, AnalyzeWork.self, GrowthWork.self, RecordWork.self, KillWork.self,
      ExploreWork.self, ExploreSpeedWork.self,
    ])
}
