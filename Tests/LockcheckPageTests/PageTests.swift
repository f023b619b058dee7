import Foundation
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckPage

/// The report on a run that is drawn, with its picture.
func report(on drawing: String) throws -> Report {
  var analysis = TraceAnalysis(resolver: TraceAnalysis.withoutSymbols)
  analysis.takesPicture = true
  return try analysis.report(on: TraceEvents(trace(drawing)))
}

/// Two threads that take two locks in opposite orders, one after the other.
let crossed = """
  T1: acq(A) acq(B) rel(B) rel(A)
  T2:                             acq(B) acq(A) rel(A) rel(B)
  """

/// Compares with a file in `Golden`; `LOCKCHECK_UPDATE=1` renews it.
func expect(_ text: String, equals name: String) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["LOCKCHECK_UPDATE"] == "1" {
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
  #expect(text == (try String(contentsOf: file, encoding: .utf8)))
}

@Suite struct `The page` {
  @Test func `has the data of a report`() throws {
    let data = PageRenderer().data(of: [(trace: "run.lctrace", report: try report(on: crossed))])
    let object = try JSONSerialization.jsonObject(with: Data(data))
    let text = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try expect(String(decoding: text, as: UTF8.self) + "\n", equals: "crossed.json")
  }

  @Test func `is the same for the same report`() throws {
    let report = try report(on: crossed)
    let renderer = PageRenderer(title: "run")
    #expect(renderer.render(report) == renderer.render(report))
  }

  @Test func `lets no name become markup`() throws {
    var trace = LockcheckTestKit.trace(crossed)
    let evil = "</script><img src=x onerror=alert(1)>"
    trace.tables.objects.setName(evil, of: ObjectID(0))
    trace.tables.threads[0].name = evil
    var analysis = TraceAnalysis(resolver: TraceAnalysis.withoutSymbols)
    analysis.takesPicture = true
    let report = try analysis.report(on: TraceEvents(trace))
    let html = PageRenderer(title: "\"'<b>&" + evil).render(report)
    #expect(!html.contains("<img"))
    #expect(!html.contains("<b>"))
    #expect(html.contains("<title>&quot;&#39;&lt;b&gt;&amp;&lt;/script&gt;"))
    // One each that the page itself ends.
    #expect(html.components(separatedBy: "</script").count == 3)
  }

  @Test func `asks for nothing over a network, and lets only its own script run`() throws {
    let html = PageRenderer().render(try report(on: crossed))
    let policy = try #require(html.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/))
    #expect(policy.output.1.hasPrefix("default-src 'none'; script-src 'sha256-"))
    #expect(!policy.output.1.contains("unsafe"))
    #expect(html.firstMatch(of: /(src|href)\s*=\s*"?https?:/) == nil)
    #expect(html.firstMatch(of: /@import|url\(\s*['"]?http/) == nil)
    #expect(html.firstMatch(of: /\bfetch\(|XMLHttpRequest|innerHTML|\beval\(/) == nil)
  }

  @Test func `names its script and style by their hashes`() throws {
    let html = PageRenderer().render(try report(on: crossed))
    let script = try #require(html.range(of: "<script>", options: .backwards))
    let rest = html[script.upperBound...]
    let text = rest[..<(try #require(rest.range(of: "</script>"))).lowerBound]
    let hash = String(decoding: Base64.text(SHA256.hash(Array(text.utf8))), as: UTF8.self)
    #expect(html.contains("script-src 'sha256-\(hash)'"))
  }

  @Test func `of several traces lets a reader choose`() throws {
    let one = try report(on: crossed)
    let data = PageRenderer().data(of: [("a", one), ("b", one)])
    let object = try JSONSerialization.jsonObject(with: Data(data)) as? [String: Any]
    let reports = try #require(object?["reports"] as? [[String: Any]])
    #expect(reports.map { $0["trace"] as? String } == ["a", "b"])
  }

  @Test func `does without a picture of the run`() throws {
    let plain = try TraceAnalysis(resolver: TraceAnalysis.withoutSymbols)
      .report(on: TraceEvents(trace(crossed)))
    let data = PageRenderer().data(of: [("a", plain)])
    #expect(!String(decoding: data, as: UTF8.self).contains("\"picture\""))
  }
}
