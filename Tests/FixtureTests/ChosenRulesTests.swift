import LockcheckAnalysis
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace
import Testing

@Suite struct `What is looked for` {
  /// Fixtures whose traces can be read.
  static let readable = Fixture.all.filter { (try? $0.truth().error == nil) ?? false }

  @Test(arguments: readable)
  func `is found as if everything were looked for`(fixture: Fixture) throws {
    let trace = try fixture.trace()
    var analyzer = Analyzer(rules: Rule.all)
    var events = TraceEvents(trace)
    try analyzer.analyze(&events)
    let everything = analyzer.finish()
    let renderer = JSONRenderer(showsAllOccurrences: true, showsRuledOut: true)
    for rule in Rule.all {
      let analysis = TraceAnalysis(rules: [rule])
      let chosen = try analysis.report(on: TraceEvents(trace))
      let filtered = analysis.report(on: everything, header: trace.header)
      // Warnings are those of the detectors that ran, and the engine is what they needed.
      let (a, b) = (chosen.findings, filtered.findings)
      #expect(a.map(\.finding) == b.map(\.finding), "\(fixture.name), \(rule.name)")
      #expect(a.map(\.fingerprint) == b.map(\.fingerprint), "\(fixture.name), \(rule.name)")
      #expect(chosen.summary == filtered.summary, "\(fixture.name), \(rule.name)")
      if chosen.warnings == filtered.warnings, chosen.engine == filtered.engine {
        #expect(
          renderer.render(chosen) == renderer.render(filtered), "\(fixture.name), \(rule.name)")
      }
    }
  }

  @Test(arguments: readable)
  func `by a detector is among the rules that it declares`(fixture: Fixture) throws {
    let detectors: [any Detector] = [
      FastTrackDetector(), LocksetDetector(), LockOrderDetector(), WaitForDetector(),
      NestedWaitDetector(), UpgradeDetector(), PoolNestingDetector(), LockMisuseDetector(),
      CallMisuseDetector(), TwoLocksDetector(),
      AtomicityDetector(), SplitSectionDetector(), ContentionDetector(),
    ]
    for detector in detectors {
      var analyzer = Analyzer(detectors: [detector])
      var events = TraceEvents(try fixture.trace())
      try analyzer.analyze(&events)
      let result = analyzer.finish()
      for rule in result.findings.map(\.rule) + result.ruledOut.map(\.rule) {
        #expect(detector.rules.contains(rule), "\(fixture.name): \(type(of: detector))")
      }
    }
    #expect(Set(detectors.flatMap(\.rules)) == Set(Rule.all))
  }
}
