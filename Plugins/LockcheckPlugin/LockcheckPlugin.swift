import Foundation
import PackagePlugin

/// `swift package lockcheck`: builds the tests of a package, runs them recorded, and reports.
@main struct LockcheckPlugin: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) async throws {
    let wishes = try Wishes(arguments)
    if wishes.wantsHelp { return print(Wishes.help) }

    let builder = Builder(packageManager: packageManager, context: context)
    let tests = TestProgram(file: try builder.tests(), folder: context.package.directoryURL)
    let command = try context.tool(named: "LockcheckCommand").url
    let recording = Recording(
      folder: context.pluginWorkDirectoryURL.appending(path: "traces"),
      way: wishes.isAsItIs
        ? .asItIs(command: command, library: try builder.runtimeLibrary()) : .primitives)

    let passed = try recording.run(tests, filters: wishes.filters)
    let traces = try recording.traces()
    guard !traces.isEmpty else {
      throw Failure(
        passed
          ? "nothing was recorded: the tests that ran use none of lockcheck's locks and threads; "
            + "--as-it-is records those of the C library"
          : "the tests failed, and recorded nothing")
    }
    let analysis = Program(file: command, folder: context.package.directoryURL)
    let status = try analysis.run(
      ["analyze"] + wishes.analysis + ["--"] + traces.map { $0.path(percentEncoded: false) })
    print("lockcheck: the traces are in \(recording.folder.path(percentEncoded: false))")
    switch status {
    case 0: if !passed { throw Failure("the tests failed; what they recorded has no such finding") }
    case 1: throw Failure(passed ? "there are findings" : "there are findings, and tests failed")
    default: throw Failure("the analysis ended with status \(status)")
    }
  }
}

/// What ends the command, told as SwiftPM tells errors.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
