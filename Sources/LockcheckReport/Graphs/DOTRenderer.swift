public import LockcheckFindings
public import LockcheckTrace

/// A drawing in Graphviz's language: of one finding, or of all orders in which a run took its locks.
public struct DOTRenderer: Sendable {
  /// What is drawn.
  public enum Subject: Sendable {
    /// The finding at that place of the report.
    case finding(Int)
    /// Every lock order of the run. The tables have the frames resolved that name its locks.
    case lockOrder(LockOrderGraph, TraceTables)
  }

  /// What is drawn.
  public var subject: Subject
  /// The folder, with a slash at its end, from which paths inside it are told; empty for none.
  public var root: String

  /// Makes a renderer.
  public init(_ subject: Subject, root: String = "") {
    self.subject = subject
    self.root = root
  }

  /// One directed graph.
  ///
  /// - Precondition: The report has a finding at the place of the subject.
  public func render(_ report: Report) -> String {
    switch subject {
    case .finding(let place): draw(report.findings[place], in: report)
    case .lockOrder(let graph, let tables):
      LockOrderDrawing(graph, tables, of: report, root: root).text
    }
  }

  private func draw(_ reported: ReportedFinding, in report: Report) -> String {
    let story = Story(reported, in: report)
    let graph = FindingGraph(of: story, root: root)
    let rule = reported.finding.rule
    var text = DOTText.opening(
      title: "\(reported.finding.verdict.words): \(rule.code) \(rule.name)")
    for (number, node) in graph.nodes.enumerated() {
      let shape = node.isThread ? "ellipse" : "box"
      text += "  n\(number) [label=\(DOTText.quoted([node.label])), shape=\(shape)];\n"
    }
    for edge in graph.edges {
      let place = edge.place.map { ["\($0.path.lastPathComponent):\($0.line)"] } ?? []
      text += "  n\(edge.from) -> n\(edge.to) [label=\(DOTText.quoted([edge.label] + place))"
      switch edge.line {
      case .done: text += ", color=\"#555555\""
      case .crucial: text += ", color=\"#c62828\", penwidth=2"
      case .aside: text += ", color=\"#9e9e9e\", style=dashed"
      }
      text += "];\n"
    }
    return text + "}\n"
  }
}

/// Pieces of Graphviz's language.
enum DOTText {
  /// The first lines of a graph.
  static func opening(title: String) -> String {
    """
    digraph lockcheck {
      rankdir=LR;
      label=\(quoted([title]));
      labelloc=t;
      fontname="sans-serif";
      node [fontname="sans-serif", fontsize=11, color="#555555"];
      edge [fontname="sans-serif", fontsize=9];

    """
  }

  /// The lines of a label, with nothing in it that Graphviz would take for a command or an entity.
  static func quoted(_ lines: [String]) -> String {
    let escaped = lines.map { line in
      line.withoutControls.map { character in
        switch character {
        case "\\": "\\\\"
        case "\"": "\\\""
        case "&": "&amp;"
        default: String(character)
        }
      }.joined()
    }
    return "\"" + escaped.joined(separator: "\\n") + "\""
  }
}
