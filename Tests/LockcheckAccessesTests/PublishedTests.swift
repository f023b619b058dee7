import Testing

/// Functions of libraries that write into memory of the program, by which `published.cc` publishes.
private let functions = [
  "hook", "transfer", "swap", "insert", "erase",
  "snprintf", "sprintf", "strcat", "strftime", "getline", "getcwd", "readlink", "realpath",
  "clock_gettime", "qsort",
]

@Suite struct `What libraries write into memory of the program` {
  @Test func `is recorded, so that no schedule goes against it`() throws {
    let program = try InstrumentedProgram("published.cc")
    defer { program.remove() }
    for function in functions {
      let sure = try program.findings([function]).filter { !$0.hasSuffix(" possible") }
      #expect(sure == [], "\(function)")
    }
  }

  @Test func `races with whoever looks without the lock`() throws {
    let program = try InstrumentedProgram("published.cc")
    defer { program.remove() }
    for function in functions {
      let found = try program.findings([function, "racing"])
      #expect(found.contains("data-race observed"), "\(function): \(found)")
    }
  }

  @Test func `is what the C++ library would write`() throws {
    let program = try InstrumentedProgram("trees.cc")
    defer { program.remove() }
    for seed in 1...4 { #expect(try program.output(["\(seed)"]) == "right\n") }
    #expect(try program.findings(["5"]) == [])
  }
}
