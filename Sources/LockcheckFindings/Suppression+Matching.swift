import LockcheckTrace

extension Suppression {
  /// Whether all its criteria hold for a finding of `report`.
  ///
  /// - Complexity: O(criteria × frames in the finding's stacks).
  public func matches(_ reported: ReportedFinding, in report: Report) -> Bool {
    matches(reported, texts: FindingTexts(reported.finding, in: report.tables, report.names))
  }

  func matches(_ reported: ReportedFinding, texts: FindingTexts) -> Bool {
    criteria.allSatisfy { criterion in
      switch criterion {
      case .rules(let rules): rules.contains(reported.finding.rule)
      case .fingerprint(let fingerprint): fingerprint == reported.fingerprint
      case .function(let glob): texts.functions.contains { glob.matches($0) }
      case .file(let glob): texts.files.contains { glob.matches(path: $0) }
      case .object(let glob): texts.objects.contains { glob.matches($0) }
      case .anyName(let glob): texts.matches(glob)
      case .sanitizer(let pattern, let innermostOnly):
        texts.matches(pattern, innermostOnly: innermostOnly)
      }
    }
  }
}

/// What suppressions can see of a finding.
struct FindingTexts {
  private(set) var functions: Set<String> = []
  private(set) var files: Set<String> = []
  private(set) var objects: Set<String> = []
  /// Functions, files and modules: of all frames, and of the innermost of each step.
  private var frames: Set<String> = []
  private var innermost: Set<String> = []
  /// Variables by name: what a sanitizer calls a global.
  private var variables: Set<String> = []

  init(_ finding: Finding, in tables: TraceTables, _ names: Names) {
    objects = Set(finding.objects.map { names[$0] })
    for object in finding.objects where tables.objects.kind(of: object) == .variable {
      variables.insert(names[object])
    }
    let stacks = Set(finding.steps.flatMap { [$0.stack] + $0.holding.map(\.stack) })
    for frame in Set(stacks.flatMap { tables.frames(of: $0) }) {
      if let function = frame.function { functions.insert(function) }
      if let file = frame.file { files.insert(file) }
      frames.formUnion(frame.sanitizerTexts)
    }
    for stack in Set(finding.steps.map(\.stack)) {
      if let frame = tables.frames(of: stack).telling.first {
        innermost.formUnion(frame.sanitizerTexts)
      }
    }
  }

  func matches(_ glob: Glob) -> Bool {
    functions.contains { glob.matches($0) } || objects.contains { glob.matches($0) }
      || files.contains { glob.matches($0) || glob.matches($0.lastPathComponent) }
  }

  func matches(_ pattern: SanitizerPattern, innermostOnly: Bool) -> Bool {
    if innermostOnly { return innermost.contains { pattern.matches($0) } }
    return frames.contains { pattern.matches($0) } || variables.contains { pattern.matches($0) }
  }
}

extension Frame {
  /// What the patterns of a sanitizer are held against.
  fileprivate var sanitizerTexts: [String] { [function, file, module].compactMap(\.self) }
}
