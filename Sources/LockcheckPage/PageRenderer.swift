import LockcheckCompression
public import LockcheckFindings
public import LockcheckReport

/// The report as a page: one HTML file, which asks for nothing over a network and can be opened from a file.
///
/// Described in `Docs/html.md`. What it shows of the whole run it takes from ``LockcheckFindings/Report/picture``,
/// and does without where there is none.
public struct PageRenderer: Renderer, Sendable {
  /// Reads one line of a source file, without its line break; nil where it cannot be had.
  public typealias SourceProvider = @Sendable (_ file: String, _ line: Int) -> String?

  /// Gives places to a large graph; nil where it cannot.
  public typealias GraphPlacer = @Sendable (LayoutGraph) -> Layout?

  /// What the report is about, for its title: the name of a trace.
  public var title: String
  /// The folder, with a slash at its end, from which paths inside it are shown; empty for none.
  public var root: String
  /// Whether each finding lists the events of every occurrence.
  public var showsAllOccurrences: Bool
  let source: SourceProvider
  let placesLargeGraph: GraphPlacer

  /// Makes a renderer.
  ///
  /// - Parameters:
  ///   - source: Where source lines come from. The renderer itself reads no file.
  ///   - placesLargeGraph: Who lays out graphs past a few hundred nodes, where ``LayeredLayout`` shall not.
  public init(
    title: String = "", root: String = "", showsAllOccurrences: Bool = false,
    source: @escaping SourceProvider = { _, _ in nil },
    placesLargeGraph: @escaping GraphPlacer = { _ in nil }
  ) {
    self.title = title
    self.root = root
    self.showsAllOccurrences = showsAllOccurrences
    self.source = source
    self.placesLargeGraph = placesLargeGraph
  }

  /// The page of one report.
  public func render(_ report: Report) -> String { render([(trace: title, report: report)]) }

  /// The page of several reports, between which its reader can choose.
  public func render(_ reports: [(trace: String, report: Report)]) -> String {
    PageFrame(
      title: reports.count == 1 ? reports[0].trace : "\(reports.count) traces",
      data: Self.packed(data(of: reports))
    ).html
  }

  /// What the page shows, as JSON.
  func data(of reports: [(trace: String, report: Report)]) -> [UInt8] {
    var json = CompactJSON()
    json.object { json in
      json.member("format", "lockcheck-page")
      json.member("version", 1)
      json.member("reports") { json in
        json.array(reports) { json, one in
          var data = ReportData(one.report, trace: one.trace, by: self)
          json.object { data.write(to: &$0) }
        }
      }
    }
    return json.bytes
  }

  private static func packed(_ bytes: [UInt8]) -> [UInt8] {
    // Nothing that a report has in it makes zlib refuse.
    guard let packed = try? Compression.gzip.compressed(bytes) else {
      preconditionFailure("zlib has no memory")
    }
    return packed
  }
}
