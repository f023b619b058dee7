import LockcheckFindings
import LockcheckTrace

/// The misuses found so far: one entry for each rule, object and place in the code.
struct MisuseLedger: Sendable {
  private struct Key: Hashable {
    var rule: Rule
    var object: ObjectID
    var stack: StackID
  }

  private var findings: [Finding] = []
  private var places: [Key: Int] = [:]

  /// How many occurrences are kept of one entry; the count goes on.
  private static let occurrenceLimit = 100_000

  /// Takes note of a misuse of `object`, in which `others` are involved; what its first occurrence shows is what a reader sees.
  mutating func note(
    _ rule: Rule, _ reason: Reason, of object: ObjectID, steps: [Step], stack: StackID,
    threads: [ThreadID]? = nil, and others: [ObjectID] = [], verdict: Verdict = .observed,
    assumes: [Assumption]
  ) {
    let key = Key(rule: rule, object: object, stack: stack)
    guard let place = places[key] else {
      places[key] = findings.count
      findings.append(
        Finding(
          rule, verdict, reason, steps: steps, threads: threads,
          objects: (object.isPresent ? [object] : []) + others, assumes: assumes))
      return
    }
    findings[place].occurrenceCount += 1
    if findings[place].occurrences.count < Self.occurrenceLimit {
      findings[place].occurrences.append(steps.map(\.event))
    }
  }

  /// What was found, by rule and object in the order in which they were first seen.
  var all: [Finding] { findings }
}
