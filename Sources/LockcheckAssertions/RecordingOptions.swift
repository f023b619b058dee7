public import LockcheckFindings
public import LockcheckRecorder

/// What is recorded of a closure, and what is looked for in it.
public struct RecordingOptions: Sendable {
  /// How it is recorded. The file is a temporary one in any case.
  public var recorder: RecorderConfiguration
  /// The rules that are looked for.
  public var rules: [Rule]
  /// What somebody has decided to live with.
  public var suppressions: Suppressions
  /// Where else that is written down.
  public var decisions: RecordedDecisions

  /// Makes options: everything that goes wrong is looked for, and what the project lives with is suppressed,
  /// unless they say otherwise.
  public init(
    recorder: RecorderConfiguration = RecorderConfiguration(), rules: [Rule] = Rule.usual,
    suppressions: Suppressions = Suppressions(), decisions: RecordedDecisions = .ofProject
  ) {
    self.recorder = recorder
    self.rules = rules
    self.suppressions = suppressions
    self.decisions = decisions
  }
}

extension RecordingOptions {
  /// The same, but only what is of one kind is looked for.
  package func only(_ kind: Rule.Kind) -> RecordingOptions {
    var options = self
    options.rules.removeAll { $0.kind != kind }
    return options
  }
}
