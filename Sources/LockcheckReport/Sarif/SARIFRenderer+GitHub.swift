import LockcheckFindings

/// What GitHub code scanning takes of a file: what is beyond is refused or dropped without a word.
public struct GitHubLimits: Sendable, Hashable {
  /// Results that are shown; those beyond are dropped.
  public var results = 5_000
  /// The size of the file, which is refused beyond 10 MB when packed; kept to without packing.
  public var bytes = 10_000_000
  /// Related places of a result that are shown.
  public var places = 100
  /// Places in the flows of a result that are shown.
  public var flowPlaces = 1_000
  /// The length of a rule's description.
  public var descriptionBytes = 1_024

  /// The published limits.
  public init() {}
}

extension SARIFRenderer {
  /// Writes one run with the findings of all reports, the worst first, each once: as many as GitHub takes.
  func write(forGitHub reports: [Report], to writer: inout JSONWriter) {
    let rules = Self.rules(of: reports)
    write(tool: rules, to: &writer)
    let start = writer.text.utf8.count
    let (results, left) = results(of: reports, rules: rules, room: limits.bytes - start - 100_000)
    var warnings = reports.flatMap(\.warnings)
    if left > 0 {
      warnings.insert(
        ReportWarning(
          "\(left.counted("finding")) more than code scanning takes: the other forms of the report have "
            + "them."), at: 0)
    }
    writeInvocation(warnings: Array(warnings.prefix(50)), to: &writer)
    writer.member("results") { writer in
      writer.array(results) { $0.raw($1) }
    }
  }

  /// The results as JSON, and how many are left out.
  private func results(
    of reports: [Report], rules: [Rule], room: Int
  ) -> (results: [String], left: Int) {
    let all = reports.enumerated().flatMap { place, report in
      report.findings.map { (place, $0) }
    }
    let worst = all.enumerated().sorted { one, other in
      let (a, b) = (one.element.1, other.element.1)
      if a.severity != b.severity { return a.severity > b.severity }
      if a.finding.verdict != b.finding.verdict { return a.finding.verdict > b.finding.verdict }
      return one.offset < other.offset
    }.map(\.element)
    // Where all with their flows would be too much, those that take more than their share do without.
    let share = room / max(1, min(worst.count, limits.results))
    var room = room
    var texts: [String] = []
    var numbers: [Fingerprint: Int] = [:]
    var seen: [Seen: Int] = [:]
    for (count, (place, reported)) in worst.enumerated() {
      // The same defect in several traces is one alert, of which only one trace is told.
      let key = Seen(fingerprint: reported.fingerprint, objects: reported.cast.objects)
      if seen[key, default: place] != place { continue }
      seen[key] = place
      numbers[reported.fingerprint, default: 0] += 1
      let result = SARIFResult(
        reported, in: reports[place], rules: rules, root: root,
        number: numbers[reported.fingerprint, default: 1])
      if texts.count == limits.results { return (texts, worst.count - count) }
      var text = json(of: result, withFlows: true)
      if text.utf8.count + 2 > share { text = json(of: result, withFlows: false) }
      room -= text.utf8.count + 2
      if room < 0 { return (texts, worst.count - count) }
      texts.append(text)
    }
    return (texts, 0)
  }

  private struct Seen: Hashable {
    var fingerprint: Fingerprint
    var objects: [String]
  }

  private func json(of result: SARIFResult, withFlows: Bool) -> String {
    var writer = JSONWriter()
    writer.line { write(forGitHub: result, withFlows: withFlows, to: &$0) }
    return writer.text
  }

  private func write(
    forGitHub result: SARIFResult, withFlows: Bool, to writer: inout JSONWriter
  ) {
    writeHead(of: result, links: limits.places, to: &writer)
    writer.member("locations") { writer in
      writer.array([result]) { writer, result in
        writer.object { writer in
          if let place = result.place { return write(place, saying: nil, to: &writer) }
          // A result without a file makes GitHub refuse all of them.
          write(SourcePlace(program: result.program), saying: nil, to: &writer)
        }
      }
    }
    writeRelated(of: result, limit: limits.places, to: &writer)
    if withFlows { writeFlows(of: result, to: &writer) }
    writeFingerprints(of: result, to: &writer)
    writer.member("properties") { writer in
      writer.object { $0.member("verdict", result.reported.finding.verdict.rawValue) }
    }
  }

  /// A flow for each thread, of the places that are in a file.
  private func writeFlows(of result: SARIFResult, to writer: inout JSONWriter) {
    var room = limits.flowPlaces
    let flows = result.flows.compactMap { flow -> [(Remark, SourcePlace)]? in
      let places = flow.remarks.compactMap { remark, place in place.map { (remark, $0) } }
        .prefix(room)
      room -= places.count
      return places.isEmpty ? nil : Array(places)
    }
    guard !flows.isEmpty else { return }
    writer.member("codeFlows") { writer in
      writer.array([flows]) { writer, flows in
        writer.object { writer in
          writer.member("threadFlows") { writer in
            writer.array(flows) { writer, places in
              writer.object { writer in
                writer.member("locations") { writer in
                  writer.array(places) { writer, one in
                    writer.object { writer in
                      writer.member("location") { writer in
                        writer.object { write(one.1, saying: one.0.text, to: &$0) }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

extension SourcePlace {
  /// The beginning of a program, of which no source file is known.
  fileprivate init(program: String) {
    path = program
    line = 1
    function = nil
    recordedPath = program
  }
}
