public import LockcheckTrace

/// What threads and objects are called in a report.
///
/// By the name that the program gave, or that static data has; else by type and birthplace, `Lock made at Bank.swift:12`;
/// else by the number that the trace uses, `lock 3`; else by a label in the order in which the report
/// first mentions them, T0 or L0, with the function that a thread runs. Never by address, so that equal traces give equal bytes.
public struct Names: Sendable {
  private var tables: TraceTables
  private var threadLabels: [ThreadID: String] = [:]
  private var objectLabels: [ObjectID: String] = [:]
  private var labelCounts: [String: Int] = [:]
  /// What nameless threads run, where a stack tells.
  private var entries: [ThreadID: String] = [:]
  private var mentionedThreads = DenseSet()
  private var mentionedObjects = DenseSet()

  /// Names for what stands in `tables`, whose frames are resolved already.
  public init(_ tables: TraceTables) { self.tables = tables }

  /// The same labels, with what else is known in other tables of the same trace, in which more frames have
  /// been resolved.
  public func knowing(_ tables: TraceTables) -> Names {
    var names = self
    names.tables = tables
    return names
  }

  /// Hands out the labels of whatever has no better name, in this order.
  mutating func mention(_ steps: [Step]) {
    for step in steps {
      mention(step.thread)
      for held in step.holding { mention(held.object) }
      mention(step.object)
      mention(step.child)
      step.waitsFor.forEach { mention($0) }
    }
  }

  /// Hands out the labels of whatever a schedule names and has no better name, in this order.
  ///
  /// - Complexity: Linear in the schedule, a few nanoseconds an event.
  mutating func mention(_ witness: [ScheduledEvent]) {
    for scheduled in witness {
      mention(scheduled.thread)
      mention(scheduled.object)
      mention(scheduled.child)
    }
  }

  /// Hands out the label of a thread that has no better name.
  public mutating func mention(_ thread: ThreadID) {
    guard mentionedThreads.insert(thread.index, below: tables.threads.count) else { return }
    guard ownName(of: thread) == nil else { return }
    let label = nextLabel("T")
    threadLabels[thread] = entries[thread].map { "\(label) (\($0))" } ?? label
  }

  /// Hands out the label of a thread that has no better name, with what it runs, if this stack of it tells.
  public mutating func mention(_ thread: ThreadID, seenAt stack: StackID) {
    learnEntry(of: thread, from: [stack])
    mention(thread)
  }

  /// Takes from the stacks of steps what nameless threads run; before they are mentioned.
  mutating func learnEntries(from steps: some Sequence<Step>) {
    for step in steps {
      learnEntry(of: step.thread, from: [step.stack] + step.holding.map(\.stack))
    }
  }

  private mutating func learnEntry(of thread: ThreadID, from stacks: [StackID]) {
    guard isKnown(thread), entries[thread] == nil, ownName(of: thread) == nil else { return }
    for stack in stacks where stack.isPresent {
      guard let entry = tables.frames(of: stack).entry else { continue }
      entries[thread] = entry.shortFunction
      return
    }
  }

  /// Hands out the label of an object that has no better name.
  public mutating func mention(_ object: ObjectID) {
    guard mentionedObjects.insert(object.index, below: tables.objects.count) else { return }
    if ownName(of: object) == nil {
      objectLabels[object] = nextLabel(tables.objects.kind(of: object).labelPrefix)
    }
  }

  /// The same names, labels among them, in other words.
  func reworded(_ tables: TraceTables, _ text: (String) -> String) -> Names {
    var names = self
    names.tables = tables
    names.threadLabels = threadLabels.mapValues(text)
    names.objectLabels = objectLabels.mapValues(text)
    names.entries = entries.mapValues(text)
    return names
  }

  private mutating func nextLabel(_ prefix: String) -> String {
    let number = labelCounts[prefix, default: 0]
    labelCounts[prefix] = number + 1
    return "\(prefix)\(number)"
  }
}

extension Names {
  /// What a thread is called. Two threads may share a name: see ``Names/distinct(threads:)``.
  public subscript(thread: ThreadID) -> String {
    guard isKnown(thread) else { return "an unknown thread" }
    return ownName(of: thread) ?? threadLabels[thread] ?? "T?\(thread.rawValue)"
  }

  /// What an object is called. Two objects may share a name: see ``Names/distinct(objects:)``.
  public subscript(object: ObjectID) -> String {
    guard isKnown(object) else { return "an unknown object" }
    return ownName(of: object) ?? objectLabels[object]
      ?? "\(tables.objects.kind(of: object).labelPrefix)?\(object.rawValue)"
  }

  /// The names of several threads, told apart where they share one: `worker`, `worker #2`.
  public func distinct(threads: [ThreadID]) -> [ThreadID: String] {
    Self.distinct(threads.uniqued()) { self[$0] }
  }

  /// The names of several objects, told apart where they share one: `account`, `account #2`.
  public func distinct(objects: [ObjectID]) -> [ObjectID: String] {
    Self.distinct(objects.uniqued()) { self[$0] }
  }

  private static func distinct<ID: Hashable>(
    _ ids: [ID], name: (ID) -> String
  ) -> [ID: String] {
    var counts: [String: Int] = [:]
    var names: [ID: String] = [:]
    for id in ids {
      let name = name(id)
      let count = counts[name, default: 0] + 1
      counts[name] = count
      names[id] = count == 1 ? name : "\(name) #\(count)"
    }
    return names
  }

  /// How many threads there are.
  var threadCount: Int { tables.threads.count }
  /// How many objects there are.
  var objectCount: Int { tables.objects.count }

  private func isKnown(_ thread: ThreadID) -> Bool {
    thread.isPresent && thread.index < tables.threads.count
  }

  private func isKnown(_ object: ObjectID) -> Bool {
    object.isPresent && object.index < tables.objects.count
  }

  private func ownName(of thread: ThreadID) -> String? {
    let row = tables[thread]
    if let name = row.name, !name.isEmpty { return name }
    return row.externalID.map { "thread \($0)" }
  }

  private func ownName(of object: ObjectID) -> String? {
    if let name = tables.objects.name(of: object), !name.isEmpty { return name }
    let kind = tables.objects.kind(of: object)
    if let place = tables.placeOfData(object) { return "\(kind.typeName) at \(place)" }
    if let site = tables.birthplace(of: object) { return "\(kind.typeName) made at \(site.place)" }
    return tables.objects[object].externalID.map { "\(kind.name) \($0)" }
  }
}

extension TraceTables {
  /// The place that made an object: the innermost frame of its stack that is the program's own.
  ///
  /// - Returns: Nil where no stack was recorded, or none of its frames has a name or is in a module of the
  ///   program's own.
  func birthplace(of object: ObjectID) -> Frame? {
    guard object.isPresent, object.index < objects.count else { return nil }
    return frames(of: objects.stack(of: object)).filter { frame in
      let isNamed = frame.function != nil || frame.file != nil || frame.line != nil
      return !frame.beginsThread && (isNamed || frame.origin == .nameless)
    }.telling.first
  }
}

extension TraceTables {
  /// The module and the offset of an object that is static data: `bank+0x4060`.
  func placeOfData(_ object: ObjectID) -> String? {
    guard !objects.details.isEmpty else { return nil }
    let details = objects[object]
    return Frame(module: details.module, offset: details.offset).placeInModule
  }
}

extension Frame {
  /// The module and the offset in it, the same in every run: `bank+0x11f9`.
  public var placeInModule: String? {
    guard let module, let offset else { return nil }
    return "\(module.lastPathComponent)+0x\(String(offset, radix: 16))"
  }

  /// File and line, or the function where the file is not known: `Bank.swift:12`.
  public var place: String {
    guard let file else {
      return function ?? line.map { "line \($0)" } ?? placeInModule ?? "an unknown place"
    }
    guard let line else { return file.lastPathComponent }
    return "\(file.lastPathComponent):\(line)"
  }
}

extension String {
  /// A function in a few letters: `Bank::transfer` of `Bank::transfer(int) const`, `lambda in main` of
  /// `main::{lambda()#1}::operator()() const`.
  ///
  /// - Returns: Nil where it takes more than a few.
  var shortFunction: String? {
    var name = self[...]
    if name.hasPrefix("static ") { name = name.dropFirst(7) }
    if name.hasSuffix(" const") { name = name.dropLast(6) }
    name = name.withoutParameters
    if name.hasSuffix("::operator()"), let brace = name.firstIndex(of: "{") {
      name = "lambda in \(name[..<brace].dropLast(2).withoutParameters)"
    }
    return name.isEmpty || name.count > 30 || name.hasPrefix("operator") ? nil : String(name)
  }
}

extension Substring {
  /// A function by its name alone.
  fileprivate var withoutParameters: Substring {
    guard last == ")" else { return self }
    var depth = 0
    for index in indices.reversed() {
      if self[index] == ")" { depth += 1 }
      if self[index] == "(" { depth -= 1 }
      // What has no name but its parentheses keeps them.
      if depth == 0 { return index == startIndex ? self : self[..<index] }
    }
    return self
  }
}

extension ObjectKind {
  /// The type that a Swift program calls it by: `RWLock`.
  public var typeName: String {
    switch self {
    case .undetermined: "Object"
    case .lock: "Lock"
    case .rlock: "RLock"
    case .rwlock: "RWLock"
    case .semaphore: "Semaphore"
    case .condition: "Condition"
    case .event: "Event"
    case .barrier: "Barrier"
    case .queue: "Queue"
    case .variable: "Shared"
    case .pool: "ThreadPool"
    case .future: "Future"
    }
  }

  /// The letter of its labels.
  var labelPrefix: String {
    switch self {
    case .undetermined: "O"
    case .lock, .rlock, .rwlock: "L"
    case .semaphore: "S"
    case .condition: "C"
    case .event: "E"
    case .barrier: "B"
    case .queue: "Q"
    case .variable: "V"
    case .pool: "P"
    case .future: "F"
    }
  }
}
