import Testing

/// A program, how it is compiled and started, and what must be found in it.
struct ProgramCase: Sendable, CustomTestStringConvertible {
  var source: String
  var definitions: [String] = []
  var arguments: [String] = []
  var findings: [String]

  var testDescription: String { ([source] + definitions + arguments).joined(separator: " ") }
}

private let race = ["data-race observed"]

private let cases = [
  ProgramCase(source: "counter.c", findings: race),
  ProgramCase(source: "counter.c", definitions: ["MENDED"], findings: []),
  ProgramCase(source: "publication.cc", definitions: ["RELAXED"], findings: race),
  ProgramCase(source: "publication.cc", findings: []),
  ProgramCase(source: "publication.cc", definitions: ["RELAXED", "FENCE"], findings: []),
  ProgramCase(source: "neighbours.cc", definitions: ["OVERLAP"], findings: race),
  ProgramCase(source: "neighbours.cc", findings: []),
  ProgramCase(source: "reuse.cc", findings: []),
  ProgramCase(source: "firstuse.cc", findings: []),
]

@Suite struct `A program compiled with access instrumentation` {
  @Test(arguments: cases)
  func `has the races that it has, and no others`(program: ProgramCase) throws {
    let built = try InstrumentedProgram(program.source, definitions: program.definitions)
    defer { built.remove() }
    #expect(try built.findings(program.arguments) == program.findings)
  }

  @Test func `in Swift, is silent about what a contended Mutex guards, and not about the rest`() throws {
    let built = try InstrumentedProgram("mutex.swift", definitions: [])
    defer { built.remove() }
    #expect(try built.findings([]) == [])
    // Whether the lock happened to order the accesses decides how sure it is.
    let races = try built.findings(["race"])
    #expect(!races.isEmpty && races.allSatisfy { $0.hasPrefix("data-race ") }, "\(races)")
    let orders = try built.findings(["inverted"])
    #expect(orders.map { $0.prefix(16) } == ["lock-order-cycle"], "\(orders)")
  }
}
