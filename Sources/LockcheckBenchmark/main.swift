import LockcheckAnalysis
import LockcheckTrace

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000_000

func measure(_ name: String, _ body: () -> Void) {
  let time = ContinuousClock().measure(body)
  let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
  print(name, seconds, "s", Double(count) / seconds / 1e6, "M events/s")
}

func analyze(_ detectors: [any Detector]?) {
  var analyzer = Analyzer()
  if let detectors { analyzer = Analyzer(detectors: detectors) }
  var run = SyntheticRun(events: count)
  try! analyzer.analyze(&run)
  let result = analyzer.finish()
  if !result.findings.isEmpty { print(result.findings.count, "findings") }
}
let only = CommandLine.arguments.dropFirst(2).first
if let only {
  let one: [String: [any Detector]] = [
    "none": [], "fasttrack": [FastTrackDetector()], "lockset": [LocksetDetector()],
  ]
  measure(only) { analyze(only == "all" ? nil : one[only]!) }
} else {
  measure("generation") {
    var run = SyntheticRun(events: count)
    var events: [Event] = []
    var tables = TraceTables()
    while run.read(into: &events, tables: &tables) {}
  }
  measure("no detector") { analyze([]) }
  measure("FastTrack") { analyze([FastTrackDetector()]) }
  measure("lockset") { analyze([LocksetDetector()]) }
  measure("all") { analyze(nil) }
}
