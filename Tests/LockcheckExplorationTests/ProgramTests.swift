import ExplorationPrograms
import LockcheckControl
import LockcheckExploration
import Testing

// One after another: each has the processor to itself.
@Suite(.serialized) struct `The programs of Fixtures` {
  @Test(arguments: ExplorationProgram.all)
  func `show their bug to the portfolio`(program: ExplorationProgram) throws {
    var options = ExplorationOptions()
    options.isMinimizing = false
    let exploration = explore(.portfolio, iterations: 10_000, options: options, program.body)
    let failure = try #require(exploration.failure, "\(exploration)").failure
    #expect(failure.kind == (program.kind == .deadlock ? .deadlock : .error), "\(failure)")
  }

  @Test(arguments: ExplorationProgram.all.filter { $0.mended != nil })
  func `pass when they are mended`(program: ExplorationProgram) throws {
    let mended = try #require(program.mended)
    let exploration = explore(.portfolio, iterations: 100, mended)
    #expect(exploration.failure == nil, "\(exploration)")
  }

  @Test(arguments: ExplorationProgram.all.filter { $0.mended != nil })
  func `run when they are mended and nobody controls them`(program: ExplorationProgram) throws {
    let mended = try #require(program.mended)
    try mended()
  }

  @Test func `are at least thirty, each with a name of its own`() {
    let names = ExplorationProgram.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 30)
  }
}
