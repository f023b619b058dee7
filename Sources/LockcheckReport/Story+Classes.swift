import LockcheckFindings
import LockcheckTrace

extension Story {
  /// A cycle that goes round by the classes of locks: who does what, and which locks are alike.
  func classMessage(held: [ObjectID]) -> String {
    let steps = finding.steps
    let deeds = steps.indices.map { place in
      "\(cast[steps[place].thread]) takes \(lock(held, at: place)) then \(cast[steps[place].object])"
    }
    return "\(clauses(deeds)). By class that is a cycle: \(clauses(likenesses(held))). "
      + "Threads that do so with the same locks wait for each other for ever."
  }

  /// A lock taken against its level.
  func levelMessage(held: ObjectID) -> String {
    guard let step = finding.steps.first else { return title + "." }
    let name = tables.objects[held].declaredClass
    return "\(cast[step.thread]) takes \(levelled(step.object)), while it holds \(levelled(held)): "
      + "locks \(name.map { "of class '\($0)'" } ?? "with levels") are to be taken in rising order of "
      + "their levels, and no two of one level together."
  }

  /// What to do about either.
  var classAdvice: String {
    switch finding.reason {
    case .classCycle(let held):
      return Set(held.map { tables.lockClass(of: $0) }).count == 1
        ? "Take these locks in one order everywhere, by number or age, and say so by levels: "
          + "Lock(class:level:); or hold only one of them at a time."
        : "Take locks of these classes in one order everywhere, or hold only one of them at a time. "
          + "If no two threads can ever do this with the same locks, declare classes that say so."
    case .levelOrder(let held):
      let wanted = finding.steps.first.map { cast[$0.object] } ?? "it"
      return "Take \(wanted) before \(cast[held]), or give \(cast[held]) back first; or change the "
        + "levels, if every thread takes these locks in this order."
    default: return title + "."
    }
  }

  private func lock(_ held: [ObjectID], at place: Int) -> String {
    place < held.count ? cast[held[place]] : "another lock"
  }

  private func levelled(_ lock: ObjectID) -> String {
    cast[lock] + (tables.objects[lock].level.map { " of level \($0)" } ?? "")
  }

  /// `a and b are of class 'account'`, for each class whose locks are taken for one.
  private func likenesses(_ held: [ObjectID]) -> [String] {
    let steps = finding.steps
    var alike: [(name: LockClassName?, locks: [ObjectID])] = []
    for place in held.indices where place < steps.count {
      let asked = steps[place == 0 ? steps.count - 1 : place - 1].object
      if asked == held[place] { continue }
      let name = tables.lockClass(of: asked)
      if let known = alike.firstIndex(where: { $0.name == name }) {
        alike[known].locks += [asked, held[place]]
      } else {
        alike.append((name, [asked, held[place]]))
      }
    }
    return alike.map { name, locks in
      let known = finding.objects.filter(locks.contains)
      return "\(list(known.map { cast[$0] })) \(likeness(name))"
    }
  }

  private func likeness(_ name: LockClassName?) -> String {
    switch name?.basis {
    case .declared(let name): "are of class '\(name)'"
    case .place(_, let function, let file, let line):
      "were made in one place (\(Frame(function: function, file: file, line: line).place))"
    case .name(_, let name): "are both called '\(name)'"
    case nil: "are alike"
    }
  }
}
