import LockcheckTrace

/// What findings have in common that are one defect, seen several times.
///
/// The rule, the objects (by name or by the line that made them) and the functions and files of the
/// stacks. The steps stand in a fixed order: a cycle has no first thread, and a race is the same
/// race when the accesses come the other way round.
struct DefectKey: Hashable {
  private let rule: Rule
  private let reason: String
  private let objects: [String]
  private let steps: [String]

  init(_ finding: Finding, by signatures: Signatures) {
    self.init(
      finding.rule, reason: finding.call, objects: finding.objects, steps: finding.steps,
      by: signatures)
  }

  init(_ ruledOut: RuledOut, by signatures: Signatures) {
    self.init(
      ruledOut.rule, reason: ruledOut.reason.name,
      objects: ruledOut.steps.map(\.object).filter(\.isPresent).uniqued(), steps: ruledOut.steps,
      by: signatures)
  }

  private init(
    _ rule: Rule, reason: String, objects: [ObjectID], steps: [Step], by signatures: Signatures
  ) {
    self.rule = rule
    self.reason = reason
    self.objects = objects.map { signatures.instanceName(of: $0) }.sorted()
    self.steps = steps.map {
      let place = $0.place(among: objects)
      return "\(signatures.instanceName(of: $0.object)) \(signatures.signature(of: place))"
    }.sorted()
  }
}

/// What races have in common that are one, on several words of one piece of memory.
///
/// The rule, the memory (static data of one name, or memory of which nothing is known) and the very stacks, not
/// only their functions.
private struct MemoryKey: Hashable {
  private let rule: Rule
  private let memory: String
  private let steps: [[UInt32]]

  /// Nil where the race is on something that has a name or a birthplace of its own, or nobody knows where in
  /// the code.
  init?(_ finding: Finding, by signatures: Signatures) {
    guard finding.objects.count == 1, finding.steps.allSatisfy({ $0.stack.isPresent }),
      let memory = signatures.tables.memory(of: finding.objects[0])
    else { return nil }
    rule = finding.rule
    self.memory = memory
    steps = finding.steps.map { [$0.stack.rawValue, UInt32($0.operation.rawValue)] }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }
}

extension Array where Element == Finding {
  /// One finding for each defect, with all occurrences added up; the surest and earliest of a group
  /// stands for it.
  ///
  /// - Complexity: O(steps of all findings), and a sort of the occurrences.
  func grouped(by signatures: Signatures) -> [Finding] {
    joined { DefectKey($0, by: signatures) }
  }

  /// One finding for all races on the words of one piece of memory that happen at the very same two calls:
  /// two threads that fill one table race on each word of it.
  ///
  /// - Complexity: As that of ``grouped(by:)``.
  func joinedInMemory(by signatures: Signatures) -> [Finding] {
    joined { $0.raceStrength == nil ? nil : MemoryKey($0, by: signatures) }
  }

  /// One finding for all that have a key in common, in the place of the first; those without one stay by
  /// themselves.
  private func joined<Key: Hashable>(by key: (Finding) -> Key?) -> [Finding] {
    var groups: [Finding] = []
    var places: [Key: Int] = [:]
    for finding in self {
      let key = key(finding)
      if let key, let place = places[key] {
        groups[place].absorb(finding)
      } else {
        if let key { places[key] = groups.count }
        groups.append(finding)
      }
    }
    return groups.sortingOccurrences()
  }

  private func sortingOccurrences() -> [Finding] {
    var groups = self
    for place in groups.indices {
      let reason = groups[place].reason
      groups[place].occurrences.sort { a, b in
        let events = (
          Finding.firstEvent(of: a, for: reason), Finding.firstEvent(of: b, for: reason)
        )
        return events.0 != events.1 ? events.0 < events.1 : a.lexicographicallyPrecedes(b)
      }
    }
    return groups
  }

  /// Leaves out the weaker of several race rules on one variable: a race that happened makes it
  /// superfluous to say that no lock was held.
  func withoutWeakerRaces(by signatures: Signatures) -> [Finding] {
    var strongest: [String: Int] = [:]
    for finding in self {
      guard let strength = finding.raceStrength else { continue }
      let variable = signatures.instanceName(of: finding.raceVariable)
      strongest[variable] = Swift.max(strongest[variable] ?? 0, strength)
    }
    return filter { finding in
      guard let strength = finding.raceStrength else { return true }
      return strongest[signatures.instanceName(of: finding.raceVariable)] == strength
    }
  }
}

extension Finding {
  /// Takes in another sighting of the same defect.
  fileprivate mutating func absorb(_ other: Finding) {
    // Taken out, so that they are added to where they are and not copied.
    var occurrences = self.occurrences
    self.occurrences = []
    occurrences += other.occurrences
    let count = occurrenceCount + other.occurrenceCount
    let isWorse =
      (other.verdict, other.reason.cost, -other.firstEvent) > (verdict, reason.cost, -firstEvent)
    if isWorse { self = other }
    self.occurrences = occurrences
    occurrenceCount = count
  }

  /// How much a race rule says; nil for the others. Two accesses that raced in different functions
  /// are two defects whatever their verdicts, so only the rule counts.
  fileprivate var raceStrength: Int? {
    switch rule {
    case .dataRace: 3
    case .unlockedSharedWrite: 2
    case .inconsistentLock: 1
    default: nil
    }
  }

  fileprivate var raceVariable: ObjectID { steps.first?.object ?? .absent }

  /// Whether a reader should meet it before `other`: surest first, then by kind, then by event; where time
  /// goes, by rule and the worst first. What is equal up to there is ordered by rule, objects and events, so that the order is total.
  func precedes(_ other: Finding) -> Bool {
    if verdict != other.verdict { return verdict > other.verdict }
    if rule.kind != other.rule.kind { return rule.kind.rank < other.rule.kind.rank }
    if rule.kind == .performance, other.rule.kind == .performance {
      if rule != other.rule { return rule.code < other.rule.code }
      if reason.cost != other.reason.cost { return reason.cost > other.reason.cost }
    }
    if firstEvent != other.firstEvent { return firstEvent < other.firstEvent }
    if rule != other.rule { return rule.code < other.rule.code }
    if objects != other.objects { return objects.lexicographicallyPrecedes(other.objects) }
    return steps.map(\.event).lexicographicallyPrecedes(other.steps.map(\.event))
  }
}

extension Rule.Kind {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
