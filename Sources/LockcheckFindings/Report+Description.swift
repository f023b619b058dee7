extension Report: CustomStringConvertible {
  /// How many findings there are, and each in a line. The whole story is a renderer's.
  public var description: String {
    guard !findings.isEmpty else { return "No findings." }
    let count = findings.count == 1 ? "1 finding" : "\(findings.count) findings"
    return ([count + ":"] + findings.map { "  \($0)" }).joined(separator: "\n")
  }
}

extension ReportedFinding: CustomStringConvertible {
  /// `predicted LC102 lock-order-cycle: accounts, log (worker, main)`
  public var description: String {
    let rule = finding.rule
    let objects = cast.objects.isEmpty ? "" : ": " + cast.objects.joined(separator: ", ")
    let threads = cast.threads.isEmpty ? "" : " (" + cast.threads.joined(separator: ", ") + ")"
    return "\(finding.verdict.rawValue) \(rule.code) \(rule.name)\(objects)\(threads)"
  }
}
