public import LockcheckTrace

/// A defect as a report tells it: with a fingerprint, and with names that tell its threads and
/// objects apart.
public struct ReportedFinding: Sendable {
  /// The surest and earliest sighting, with the occurrences of all.
  public let finding: Finding
  /// What it is called from run to run.
  public let fingerprint: Fingerprint
  /// What its threads and objects are called.
  public internal(set) var cast: Cast
  /// What came of trying it on the program; nil where nobody did.
  public internal(set) var confirmation: ReportedConfirmation?
  /// The decision to live with it; nil where there is none.
  public internal(set) var suppression: Suppression?

  init(_ finding: Finding, fingerprint: Fingerprint, names: Names) {
    self.finding = finding
    self.fingerprint = fingerprint
    self.cast = Cast(
      threads: finding.threads, objects: finding.objects, steps: finding.steps,
      ordering: finding.orderedBy, names: names)
  }
}

/// A pattern that looks like trouble and is none, as a report tells it.
public struct ReportedRuledOut: Sendable {
  /// The first one of its sort.
  public let pattern: RuledOut
  /// How many of the sort there are: same rule, reason, objects and functions.
  public let occurrenceCount: Int
  /// What its threads and objects are called.
  public internal(set) var cast: Cast

  init(_ group: RuledOutGroup, names: Names) {
    pattern = group.first
    occurrenceCount = group.count
    var objects = group.steps.map(\.object).filter(\.isPresent)
    if case .gateLock(let gate) = group.first.reason { objects.append(gate) }
    var threads = group.steps.map(\.thread)
    if case .wakerWithoutLock(let waker) = group.first.reason { threads.append(waker) }
    cast = Cast(threads: threads, objects: objects, steps: group.steps, names: names)
  }
}

/// What the threads and objects of one story are called, each by a name of its own.
public struct Cast: Sendable {
  /// The threads that take part, each once, by name.
  public private(set) var threads: [String]
  /// The objects that are involved, each once, by name.
  public private(set) var objects: [String]
  private var names: Names
  /// Who and what has a name here, each once, in the order in which names were given.
  private var everyone: [ThreadID]
  private var everything: [ObjectID]
  private var threadNames: [ThreadID: String]
  private var objectNames: [ObjectID: String]

  init(
    threads: [ThreadID], objects: [ObjectID], steps: [Step], ordering: Ordering? = nil,
    names: Names
  ) {
    var everyone = threads + steps.flatMap { [$0.thread, $0.child] + $0.waitsFor }
    var everything = objects + steps.flatMap { [$0.object] + $0.holding.map(\.object) }
    if let ordering {
      everyone += [ordering.releaser, ordering.acquirer]
      everything.append(ordering.object)
    }
    self.everyone = everyone.filter(\.isPresent).uniqued()
    self.everything = everything.filter(\.isPresent).uniqued()
    let threadNames = names.distinct(threads: self.everyone)
    let objectNames = names.distinct(objects: self.everything)
    self.names = names
    self.threadNames = threadNames
    self.objectNames = objectNames
    self.threads = threads.uniqued().map { threadNames[$0] ?? names[$0] }
    self.objects = objects.uniqued().map { objectNames[$0] ?? names[$0] }
  }

  /// The same cast with whoever else takes part in the schedule of a finding, each by a name of its own as
  /// well.
  ///
  /// Made when it is needed: a schedule may name everything that there is in the trace.
  ///
  /// - Complexity: Linear in the schedule.
  public func joined(bySchedule finding: Finding) -> Cast {
    if finding.witness.isEmpty, finding.waits.isEmpty { return self }
    var cast = self
    var threads = DenseSet()
    var objects = DenseSet()
    for thread in everyone { _ = threads.insert(thread.index, below: names.threadCount) }
    for object in everything { _ = objects.insert(object.index, below: names.objectCount) }
    func add(_ thread: ThreadID, _ child: ThreadID, _ object: ObjectID) {
      for thread in [thread, child]
      where threads.insert(thread.index, below: names.threadCount) {
        cast.everyone.append(thread)
      }
      if objects.insert(object.index, below: names.objectCount) { cast.everything.append(object) }
    }
    for scheduled in finding.witness { add(scheduled.thread, scheduled.child, scheduled.object) }
    for step in finding.waits { add(step.thread, step.child, step.object) }
    cast.threadNames = names.distinct(threads: cast.everyone)
    cast.objectNames = names.distinct(objects: cast.everything)
    return cast
  }

  /// The same cast in other words.
  func reworded(_ names: Names, _ text: (String) -> String) -> Cast {
    var cast = self
    cast.threads = threads.map(text)
    cast.objects = objects.map(text)
    cast.threadNames = threadNames.mapValues(text)
    cast.objectNames = objectNames.mapValues(text)
    cast.names = names
    return cast
  }

  /// What a thread is called.
  public subscript(thread: ThreadID) -> String { threadNames[thread] ?? names[thread] }

  /// What an object is called.
  public subscript(object: ObjectID) -> String { objectNames[object] ?? names[object] }
}

/// Patterns of one sort.
struct RuledOutGroup {
  let first: RuledOut
  var count: Int

  var steps: [Step] { first.steps }
}

extension Array where Element == RuledOut {
  /// One for each rule, reason, and set of objects and functions; by first event.
  func grouped(by signatures: Signatures) -> [RuledOutGroup] {
    var groups: [RuledOutGroup] = []
    var places: [DefectKey: Int] = [:]
    for pattern in self {
      let key = DefectKey(pattern, by: signatures)
      if let place = places[key] {
        groups[place].count += 1
      } else {
        places[key] = groups.count
        groups.append(RuledOutGroup(first: pattern, count: 1))
      }
    }
    let firstEvent = { (group: RuledOutGroup) in group.steps.map(\.event).min() ?? 0 }
    return groups.enumerated().sorted {
      (firstEvent($0.element), $0.offset) < (firstEvent($1.element), $1.offset)
    }.map(\.element)
  }
}

extension RuledOut.Reason {
  /// A stable word for it.
  public var name: String {
    switch self {
    case .gateLock: "gate-lock"
    case .ordered: "ordered"
    case .sameThread: "same-thread"
    case .sharedOnly: "shared-only"
    case .boundedAttempt: "bounded-attempt"
    case .ownershipTransfer: "ownership-transfer"
    case .wakerWithoutLock: "waker-without-lock"
    }
  }
}
