public import LockcheckFindings

/// A finding as it is remembered from one run to another.
public struct KnownFinding: Sendable, Hashable {
  /// By which it is known again.
  public var fingerprint: Fingerprint
  /// The code of its rule. Text: a file may come from another version.
  public var code: String
  /// The name of its rule.
  public var rule: String
  /// How sure it was.
  public var verdict: Verdict
  /// What was said of it.
  public var message: String
  /// What it was about.
  public var objects: [String]

  /// Makes a memory of a finding.
  public init(
    fingerprint: Fingerprint, code: String, rule: String, verdict: Verdict, message: String,
    objects: [String] = []
  ) {
    self.fingerprint = fingerprint
    self.code = code
    self.rule = rule
    self.verdict = verdict
    self.message = message
    self.objects = objects
  }

  /// Remembers a finding of a report.
  public init(_ reported: ReportedFinding, message: String) {
    self.init(
      fingerprint: reported.fingerprint, code: reported.finding.rule.code,
      rule: reported.finding.rule.name, verdict: reported.finding.verdict, message: message,
      objects: reported.cast.objects)
  }

  /// Whether it is about where the time goes. Unknown rules are not.
  public var isOfPerformance: Bool { Rule.named(code)?.kind == .performance }

  /// The order of files and lists: surest first, then by rule and fingerprint; total but for equal ones.
  func precedes(_ other: KnownFinding) -> Bool {
    if verdict != other.verdict { return verdict > other.verdict }
    if code != other.code { return code < other.code }
    if fingerprint != other.fingerprint {
      return fingerprint.rawValue < other.fingerprint.rawValue
    }
    if objects != other.objects { return objects.lexicographicallyPrecedes(other.objects) }
    return message < other.message
  }
}
