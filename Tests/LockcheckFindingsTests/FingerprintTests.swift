import LockcheckFindings
import LockcheckTrace
import Testing

@Suite struct `A fingerprint` {
  private func fingerprint(_ race: (sample: Sample, finding: Finding)) -> String {
    Fingerprint(of: race.finding, tables: race.sample.tables).description
  }

  @Test func `is the same in every version of lockcheck`() {
    #expect(fingerprint(Sample.race()) == "025307c586887dee")
  }

  @Test func `does not change when lines move`() {
    #expect(fingerprint(Sample.race()) == fingerprint(Sample.race(linesFrom: 500)))
  }

  @Test func `does not change with the folder that the sources are in`() {
    #expect(fingerprint(Sample.race()) == fingerprint(Sample.race(folder: "/ci/build/7")))
  }

  @Test func `does not change with the numbers of threads, objects and events`() {
    #expect(fingerprint(Sample.race()) == fingerprint(Sample.race(extraRows: 7)))
  }

  @Test func `does not change when the accesses come the other way round`() {
    #expect(fingerprint(Sample.race()) == fingerprint(Sample.race(swapped: true)))
  }

  @Test func `does not depend on the variable's name where functions are known`() {
    #expect(fingerprint(Sample.race()) == fingerprint(Sample.race(on: "y")))
  }

  @Test func `depends on the variable's name where no function is known`() {
    func nameless(_ variable: String, linesFrom line: Int = 10) -> String {
      var (sample, finding) = Sample.race(on: variable, linesFrom: line)
      for index in sample.tables.frames.indices { sample.tables.frames[index].function = nil }
      return fingerprint((sample, finding))
    }
    #expect(nameless("x") != nameless("y"))
    #expect(nameless("x") == nameless("x", linesFrom: 99))
  }

  @Test func `changes with a function`() {
    #expect(fingerprint(Sample.race()) != fingerprint(Sample.race(functions: ("add()", "drop()"))))
  }

  @Test func `changes with the rule`() {
    var (sample, finding) = Sample.race()
    let first = fingerprint((sample, finding))
    finding.rule = .unlockedSharedWrite
    #expect(fingerprint((sample, finding)) != first)
  }

  @Test func `does not change with the depth of a recursion`() {
    func recursing(_ depth: Int) -> String {
      var sample = Sample()
      let (a, b, x) = (sample.thread("A"), sample.thread("B"), sample.object("x", .variable))
      sample.tables.frames = [Frame(function: "walk(_:)", file: "Tree.swift", line: 4)]
      sample.tables.stacks = [CallStack(Array(repeating: FrameID(0), count: depth))]
      let steps = [
        sample.step(.write, a, x, at: StackID(0), event: 1),
        sample.step(.write, b, x, at: StackID(0), event: 2),
      ]
      let finding = Finding(.dataRace, .observed, .unordered, steps: steps)
      return fingerprint((sample, finding))
    }
    #expect(recursing(2) == recursing(9))
  }

  @Test func `can be read back`() throws {
    let (sample, finding) = Sample.race()
    let fingerprint = Fingerprint(of: finding, tables: sample.tables)
    #expect(Fingerprint(fingerprint.description) == fingerprint)
    #expect(Fingerprint("not-a-fingerprint") == nil)
    #expect(Fingerprint("+123456789abcdef") == nil)
  }
}
