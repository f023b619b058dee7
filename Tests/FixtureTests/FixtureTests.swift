import LockcheckCodecs
import LockcheckFindings
import LockcheckReport
import Testing

@Suite struct `Every fixture` {
  @Test(arguments: Fixture.all)
  func `says what its truth and its expected files say`(fixture: Fixture) throws {
    let truth = try fixture.truth()
    do {
      let report = try fixture.report()
      #expect(truth.error == nil, "\(fixture.name) can be read")
      #expect(truth.outcome.disagreements(with: report) == [], "\(fixture.name)")
      try fixture.expect(JSONRenderer().render(report), equals: "expected.json")
      try fixture.expect(TextRenderer().render(report), equals: "expected.txt")
    } catch let error as TraceCodingError {
      let expected = try #require(truth.error, "\(fixture.name): \(error)")
      // 65 is what the command ends with for whatever stands in a file.
      #expect(expected == (65, error.code.name), "\(fixture.name): \(error)")
      try fixture.expect("\(error)\n", equals: "expected.txt")
    }
  }

  @Test(arguments: Fixture.all)
  func `that is damaged gives up what stands before the damage`(fixture: Fixture) throws {
    let truth = try fixture.truth()
    guard truth.recovered.isStated else { return }
    let report = try fixture.report(recovering: true)
    #expect(truth.recovered.disagreements(with: report) == [], "\(fixture.name)")
    #expect(!report.warnings.isEmpty, "\(fixture.name): the report does not say what was lost")
  }

  @Test(arguments: Fixture.all)
  func `gives the same bytes twice`(fixture: Fixture) throws {
    guard try fixture.truth().error == nil else { return }
    let renderer = JSONRenderer(showsAllOccurrences: true, showsRuledOut: true)
    let (first, second) = try (fixture.report(), fixture.report())
    #expect(renderer.render(first) == renderer.render(second), "\(fixture.name)")
  }

  @Test func `is there`() {
    #expect(Fixture.all.count > 100)
    #expect(Fixture.all.contains { $0.name == "lock-order/gate-lock" })
  }

  @Test func `whose trace is the first version's can be read, in each form`() throws {
    let forms = Fixture.all.filter { $0.name.hasPrefix("versions/") }.map(\.name)
    for form in ["json", "ndjson", "std", "binary"] {
      #expect(forms.contains("versions/1-\(form)"), "\(forms)")
    }
  }
}
