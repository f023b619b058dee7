package import LockcheckTrace

/// What a person calls the objects, threads and steps of a schedule.
///
/// An object has its name; one without a name is called by its kind and the order in which the schedule
/// mentions such objects (`lock#2`), and so are several that share a name (`fork#1`). The same schedule
/// gives the same labels.
package struct StepLabels: Sendable {
  /// What is known of an object.
  package struct Object: Sendable, Hashable {
    /// What sort of thing it is.
    package var kind: ObjectKind
    /// What the program calls it.
    package var name: String?

    /// Describes an object.
    package init(_ kind: ObjectKind, name: String? = nil) {
      self.kind = kind
      self.name = name
    }
  }

  private struct Entry {
    var kind: ObjectKind
    var label: String
  }

  private var objects: [ObjectMark: Entry] = [:]
  private var numbers: [ObjectMark: Int] = [:]
  private var threadNames: [Int: String] = [:]

  /// Labels what these choices mention, in their order.
  ///
  /// - Parameters:
  ///   - choices: The steps of a schedule, and what its threads wait to do at the end.
  ///   - object: What is known of an object; nil where its first step has to tell its kind.
  ///   - threadName: What the program calls the thread of that number.
  /// - Complexity: O(choices).
  package init(
    of choices: some Sequence<Choice>, object: (ObjectMark) -> Object? = { _ in nil },
    threadName: (Int) -> String? = { _ in nil }
  ) {
    var mentioned: [(mark: ObjectMark, known: Object)] = []
    var seen: Set<ObjectMark> = [.none]
    for choice in choices {
      if numbers.updateValue(choice.thread, forKey: choice.mark) == nil {
        threadNames[choice.thread] = threadName(choice.thread)?.oneLine
      }
      for (mark, kind) in choice.step.mentions where seen.insert(mark).inserted {
        mentioned.append((mark, object(mark) ?? Object(kind)))
      }
    }
    let names = mentioned.map { $0.known.name?.oneLine ?? "" }
    var uses: [String: Int] = [:]
    for name in names { uses[name, default: 0] += 1 }
    var counts: [String: Int] = [:]
    for (name, (mark, known)) in zip(names, mentioned) {
      var label = name
      if name.isEmpty || uses[name, default: 0] > 1 {
        label = name.isEmpty ? known.kind.name : name
        counts[label, default: 0] += 1
        label += "#\(counts[label, default: 0])"
      }
      objects[mark] = Entry(kind: known.kind, label: label)
    }
  }

  /// What the program calls a thread; nil where it has no name or was not mentioned.
  package func name(ofThread number: Int) -> String? { threadNames[number] }

  /// What an object is called; its kind alone where nothing mentioned it.
  func label(of mark: ObjectMark, in step: Step) -> String? {
    if mark == .none || step.isOfOneself { return nil }
    if step.operation.namesThread { return numbers[mark].map { "T\($0)" } ?? "thread" }
    return objects[mark]?.label ?? step.impliedKind.name
  }

  /// A step in words.
  package func words(for choice: Choice) -> StepWords {
    let step = choice.step
    let kind = objects[step.object]?.kind ?? step.impliedKind
    return StepWords(
      thread: choice.thread, operation: step.word(for: kind),
      object: label(of: step.object, in: step), isTimeout: choice.isTimeout)
  }
}

extension Step {
  /// The objects it names that are no threads, with the kind that they must at least be.
  fileprivate var mentions: [(ObjectMark, ObjectKind)] {
    if operation.namesThread || isOfOneself { return [] }
    return lock == .none ? [(object, impliedKind)] : [(object, impliedKind), (lock, .lock)]
  }

  /// Whether it begins or ends the thread that takes it.
  fileprivate var isOfOneself: Bool { operation == .start || operation == .exit }

  /// What its object must at least be.
  var impliedKind: ObjectKind {
    ObjectKind.implied(by: operation, namesLock: lock != .none) ?? .undetermined
  }
}

extension String {
  /// Without line ends and other controls, which would break a table; nil where nothing is left.
  fileprivate var oneLine: String? {
    let text = String(
      String.UnicodeScalarView(
        unicodeScalars.filter {
          $0.properties.generalCategory != .control && !$0.properties.isBidiControl
        }))
    return text.isEmpty ? nil : text
  }
}
