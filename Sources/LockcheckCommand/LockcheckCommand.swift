import ArgumentParser
import Glibc

/// `lockcheck`: reads, calls, writes, and exits with the codes of ``Outcome``.
struct LockcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockcheck",
    abstract: "Finds deadlocks and data races from one run in which nothing went wrong.",
    discussion: """
      Run a program and read what its threads do wrong, or could:

        lockcheck run -- my-program its-arguments

      One that uses lockcheck's own locks and threads can also record by itself:

        LOCKCHECK=record LOCKCHECK_TRACE=run.lctrace my-program
        lockcheck analyze run.lctrace

      See it at work on a program that comes with it, and read what a rule means:

        lockcheck demo
        lockcheck explain LC102

      Completions for a shell: lockcheck --generate-completion-script zsh (or bash, or fish).
      """,
    version: Version.text,
    subcommands: [
      RunCommand.self, AnalyzeCommand.self, ViewCommand.self, ConfirmCommand.self,
      SliceCommand.self, DiffCommand.self,
      ConvertCommand.self,
      InfoCommand.self,
      ExplainCommand.self, DemoCommand.self, VersionCommand.self,
    ])
}

@main enum Main {
  static func main() {
    // A reader that leaves early, as `head` does, is no reason to die: writing then fails with EPIPE,
    // which the output takes for the end of its work.
    InheritedSignals.remember()
    signal(SIGPIPE, SIG_IGN)
    ThreadStacks.makeEnough { run() }
  }

  private static func run() {
    do {
      var command = try LockcheckCommand.parseAsRoot(
        ConfiguredArguments.adding(to: Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch let failure as CommandFailure {
      StandardError.write("lockcheck: \(failure.message)\n")
      exit(failure.outcome.rawValue)
    } catch let outcome as Outcome {
      exit(outcome.rawValue)
    } catch let program as ProgramStatus {
      exit(program.status)
    } catch let interruption as Interruption {
      interruption.end()
    } catch {
      LockcheckCommand.exit(withError: error)
    }
  }
}
