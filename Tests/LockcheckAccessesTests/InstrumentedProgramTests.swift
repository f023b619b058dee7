import Testing

/// A program, and how it is compiled.
struct ProgramCase: Sendable, CustomTestStringConvertible {
  var source: String
  var definitions: [String] = []
  /// The source of a library that it uses, and that is compiled as it is.
  var library: String?

  var testDescription: String { ([source] + definitions).joined(separator: " ") }
}

/// In which two accesses are never ordered. What comes after the first race of a run may be less certain.
private let racing = [
  ProgramCase(source: "counter.c"),
  ProgramCase(source: "publication.cc", definitions: ["RELAXED"]),
  ProgramCase(source: "neighbours.cc", definitions: ["OVERLAP"]),
  ProgramCase(source: "channel.c", definitions: ["UNREAD"]),
  ProgramCase(source: "annotated.c", definitions: ["FAILED"]),
  ProgramCase(source: "freed.cc", definitions: ["UNORDERED"]),
  ProgramCase(source: "freed.cc", definitions: ["UNORDERED", "DELETED"]),
  ProgramCase(source: "freed.cc", definitions: ["OVERWRITTEN"]),
  ProgramCase(source: "ends.c", definitions: ["MADE"]),
  ProgramCase(source: "ends.c", definitions: ["DESTROYED"]),
  ProgramCase(source: "ends.c", definitions: ["FREED"]),
  ProgramCase(source: "bytes.c", definitions: ["COPIED"]),
  ProgramCase(source: "bytes.c", definitions: ["PARTED"]),
  ProgramCase(source: "bytes.c", definitions: ["FREED"]),
  ProgramCase(source: "bytes.c", definitions: ["CLOSED"]),
  ProgramCase(source: "mixed.c"),
]

private let clean = [
  ProgramCase(source: "counter.c", definitions: ["MENDED"]),
  ProgramCase(source: "publication.cc"),
  ProgramCase(source: "publication.cc", definitions: ["RELAXED", "FENCE"]),
  ProgramCase(source: "neighbours.cc"),
  ProgramCase(source: "reuse.cc"),
  ProgramCase(source: "firstuse.cc"),
  ProgramCase(source: "channel.c"),
  ProgramCase(source: "annotated.c"),
  ProgramCase(source: "freed.cc"),
  ProgramCase(source: "freed.cc", definitions: ["DELETED"]),
  ProgramCase(source: "counted.cc"),
  ProgramCase(source: "counted.cc", definitions: ["FOREIGN"], library: "foreign.c"),
  ProgramCase(source: "bytes.c", definitions: ["COPIED", "JOINED"]),
  ProgramCase(source: "bytes.c", definitions: ["PARTED", "JOINED"]),
  ProgramCase(source: "bytes.c", definitions: ["APART"]),
  ProgramCase(source: "bytes.c", definitions: ["REUSED"]),
  ProgramCase(source: "bytes.c", definitions: ["CLOSED", "JOINED"]),
  ProgramCase(source: "mixed.c", definitions: ["ATOMIC"]),
  ProgramCase(source: "elsewhere.c"),
]

@Suite struct `A program compiled with access instrumentation` {
  @Test(arguments: racing)
  func `shows the race that it has`(program: ProgramCase) throws {
    let built = try InstrumentedProgram(program)
    defer { built.remove() }
    #expect(try built.findings([]).contains("data-race observed"))
  }

  @Test(arguments: clean)
  func `shows nothing where nothing is wrong`(program: ProgramCase) throws {
    let built = try InstrumentedProgram(program)
    defer { built.remove() }
    #expect(try built.findings([]) == [])
  }

  @Test func `is bound by what a thread has seen in an atomic without an order`() throws {
    let looking = try InstrumentedProgram("decided.cc")
    defer { looking.remove() }
    #expect(try looking.findings([]).filter { !$0.hasSuffix(" possible") } == [])
    let blind = try InstrumentedProgram(ProgramCase(source: "decided.cc", definitions: ["BLIND"]))
    defer { blind.remove() }
    #expect(try blind.findings([]).contains("data-race predicted"))
  }

  @Test func `may end a lock under which its users have said that they are through`() throws {
    let built = try InstrumentedProgram("ends.c")
    defer { built.remove() }
    // Who was the last was decided by a count whose reads compilers leave out.
    let sure = try built.findings([]).filter { !$0.hasSuffix(" possible") }
    #expect(sure == [])
  }

  @Test(arguments: ["-O", "-Onone"])
  func `in Swift, is silent about what a Mutex guards, and not about the rest`(
    optimized: String
  ) throws {
    let built = try InstrumentedProgram("mutex.swift", options: [optimized])
    defer { built.remove() }
    #expect(try built.findings([]) == [])
    // Whether the lock happened to order the accesses decides how sure it is.
    let races = try built.findings(["race"])
    #expect(!races.isEmpty && races.allSatisfy { $0.hasPrefix("data-race ") }, "\(races)")
    let orders = try built.findings(["inverted"])
    #expect(orders.map { $0.prefix(16) } == ["lock-order-cycle"], "\(orders)")
    #expect(try built.findings(["tried"]) == [])
    #expect(try built.findings(["claimed"]) == [])
  }

  /// Which function waits and which only tries is not known there.
  @Test func `may be linked with a Mutex that has no names`() throws {
    let built = try InstrumentedProgram("mutex.swift", options: ["-O", "-static-stdlib"])
    defer { built.remove() }
    #expect(try built.findings([]) == [])
    #expect(try built.findings(["race"]).allSatisfy { $0.hasPrefix("data-race ") })
    #expect(try built.findings(["tried"]) == [])
    #expect(try built.findings(["claimed"]) == [])
  }

  @Test(arguments: ["leader", "slot", "both"])
  func `may claim by its number what is no lock`(what: String) throws {
    let built = try InstrumentedProgram("claim.cc")
    defer { built.remove() }
    #expect(try built.findings([what]) == [])
    #expect(try built.findings(["race"]).contains("data-race observed"))
  }

  /// Against a plain table of which bytes were touched, which the program keeps itself.
  @Test func `finds a race among pieces of words exactly where there is one`() throws {
    let built = try InstrumentedProgram("pieces.c")
    defer { built.remove() }
    for seed in 1...24 {
      let said = try built.output(["\(seed)"])
      let races = try built.findings(["\(seed)"]).contains("data-race observed")
      #expect(said == (races ? "race\n" : "clean\n"), "seed \(seed)")
    }
  }

  @Test func `records an inout access once, however often it is repeated beside others`() throws {
    let built = try InstrumentedProgram("iterate.swift")
    defer { built.remove() }
    #expect(try built.bytesOfTrace([]) < 128 << 10)
  }
}
