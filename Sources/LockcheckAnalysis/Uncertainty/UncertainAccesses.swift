import LockcheckTrace

/// The accesses of a run of which it is not certain, by the clocks, which write they saw or followed.
///
/// They are those whose stretch (``AccessStretches``) overlaps that of another thread's write to the same
/// variable. Plain writes count as well: a read that was left out may have followed in their stretch, and
/// which of two writes was the last one is what a later read saw.
struct UncertainAccesses: Sendable {
  /// By place, one bit each.
  private var bits: ContiguousArray<UInt64>
  /// The first of them; as large as can be where there are none.
  private(set) var first = Int.max

  /// Compares stretches in one pass over the run.
  ///
  /// - Complexity: Linear in the events, plus for each write to a variable that threads share the threads
  ///   that use it.
  init(_ stretches: AccessStretches, in index: borrowing RunIndex) {
    bits = ContiguousArray(repeating: 0, count: index.history.count / 64 + 1)
    var sweep = StretchSweep(variables: SharedVariables(index))
    for place in 0..<index.history.count {
      let event = index.history[place]
      guard let use = VariableUse(event) else { continue }
      if index.disciplines[event.object.index] != .values || use == .end {
        // What was not used as a variable can be, or comes to its end, takes all before it for granted.
        if index.tables.objects.kind(of: event.object) == .variable || event.operation.isAccess {
          insert(place)
        }
        continue
      }
      let stretch = StretchSweep.Stretch(
        place: place, start: stretches.start(of: place, in: index),
        end: stretches.end(of: place, in: index))
      sweep.take(stretch, of: event, isWrite: use == .write) { insert($0) }
    }
  }

  /// Whether it is one of them.
  @inline(__always)
  func contains(_ place: Int) -> Bool { bits[place / 64] >> UInt64(place % 64) & 1 != 0 }

  private mutating func insert(_ place: Int) {
    bits[place / 64] |= 1 << UInt64(place % 64)
    first = min(first, place)
  }
}

/// What an event does to the value of a variable.
enum VariableUse {
  case read, write
  /// It ends the variable, or failed in a way that nobody knows.
  case end

  /// Nil for an event that does nothing to one.
  init?(_ event: Event) {
    guard !event.isPending else { return nil }
    switch event.operation {
    case .read, .atomicRead: self = event.result == .error ? .end : .read
    case .write, .atomicWrite, .atomicUpdate, .create:
      self = event.result == .error ? .end : event.isEffective ? .write : .read
    case .destroy: self = .end
    default: return nil
    }
  }
}

/// The variables that several threads use, at least one of them to write.
private struct SharedVariables {
  private struct Use {
    var thread = ThreadID.absent
    var isShared = false
    var isWritten = false
  }
  private var uses: ContiguousArray<Use>

  init(_ index: borrowing RunIndex) {
    uses = ContiguousArray(repeating: Use(), count: index.tables.objects.count)
    for place in 0..<index.history.count {
      let event = index.history[place]
      guard let use = VariableUse(event) else { continue }
      let variable = event.object.index
      if !uses[variable].thread.isPresent { uses[variable].thread = event.thread }
      if uses[variable].thread != event.thread { uses[variable].isShared = true }
      if use == .write { uses[variable].isWritten = true }
    }
  }

  func contains(_ variable: ObjectID) -> Bool {
    uses[variable.index].isShared && uses[variable.index].isWritten
  }
}

/// Goes along a run and compares each access with those before it whose stretch may reach into its own.
private struct StretchSweep {
  struct Stretch {
    var place: Int
    var start: Int
    var end: Int
  }

  /// What one thread did to one variable.
  private struct Uses {
    var thread: ThreadID
    /// The accesses that no write has met yet, those that end last at the end.
    var certain: [Stretch] = []

    mutating func note(_ stretch: Stretch) {
      // An atomic access is over at once, and may stand in the stretch of a plain one.
      var place = certain.count
      while place > 0, certain[place - 1].end > stretch.end { place -= 1 }
      certain.insert(stretch, at: place)
    }
  }

  private struct Variable {
    /// One entry for each thread.
    var uses: [Uses] = []
    /// How far the writes of one thread reach, and those of all others: no other's reach further than
    /// the first.
    var reach = -1
    var farthest = ThreadID.absent
    var reachOfOthers = -1

    mutating func noteWrite(by thread: ThreadID, end: Int) {
      if thread == farthest {
        reach = max(reach, end)
      } else if end > reach {
        (reachOfOthers, reach, farthest) = (reach, end, thread)
      } else {
        reachOfOthers = max(reachOfOthers, end)
      }
    }
  }

  let shared: SharedVariables
  private var variables: [ObjectID: Variable] = [:]
  /// By variable and thread: the place among the variable's uses.
  private var places: [SIMD2<UInt32>: Int] = [:]

  init(variables: SharedVariables) { shared = variables }

  /// Compares an access, or a thing that happened in one moment; calls `mark` for what is not certain.
  mutating func take(
    _ stretch: Stretch, of event: Event, isWrite: Bool, mark: (Int) -> Void
  ) {
    guard shared.contains(event.object) else { return }
    // Taken out, so that it is changed where it is and not copied.
    var variable = variables.removeValue(forKey: event.object) ?? Variable()
    let key = SIMD2(event.object.rawValue, event.thread.rawValue)
    let own = places[key] ?? variable.uses.count
    if own == variable.uses.count {
      places[key] = own
      variable.uses.append(Uses(thread: event.thread))
    }
    let reach = variable.farthest == event.thread ? variable.reachOfOthers : variable.reach
    if reach > stretch.start {
      mark(stretch.place)
    } else {
      variable.uses[own].note(stretch)
    }
    if isWrite {
      for other in variable.uses.indices where other != own {
        while let last = variable.uses[other].certain.last, last.end > stretch.start {
          mark(last.place)
          variable.uses[other].certain.removeLast()
        }
      }
      variable.noteWrite(by: event.thread, end: stretch.end)
    }
    variables[event.object] = variable
  }
}
