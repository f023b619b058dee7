import ArgumentParser

/// The part of `pairs` that runs in a process of its own, since whether to record is decided once for
/// a process.
struct PairsWork: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "pairs-work", shouldDisplay: false)

  @Option var milliseconds = 10
  @Option var depth = 12
  @Option(name: .customLong("only")) var kinds: [PairKind] = []

  func run() {
    var frames = 0
    Self.call(depth: depth, frames: &frames) { measure() }
  }

  private func measure() {
    let measurement = PairMeasurement(nanoseconds: UInt64(milliseconds) * 1_000_000)
    for scenario in PairScenario.allCases {
      for subject in kinds.isEmpty ? PairKind.allCases : kinds {
        let nanoseconds =
          switch subject {
          case .pthread: measurement.measure(scenario, PlatformMutex.self)
          case .lock: measurement.measure(scenario, LockSubject.self)
          case .rlock: measurement.measure(scenario, RLockSubject.self)
          case .rwlockShared: measurement.measure(scenario, SharedRWLockSubject.self)
          case .rwlockExclusive: measurement.measure(scenario, ExclusiveRWLockSubject.self)
          case .semaphore: measurement.measure(scenario, SemaphoreSubject.self)
          }
        Machine.say("\(subject.rawValue)\t\(scenario.rawValue)\t\(nanoseconds)\n")
      }
    }
  }

  /// Runs `body` below so many frames, since a stack costs by its depth. What is counted after the
  /// call keeps it from becoming a jump.
  @inline(never)
  private static func call(depth: Int, frames: inout Int, _ body: () -> Void) {
    if depth > 0 { call(depth: depth - 1, frames: &frames, body) } else { body() }
    frames += 1
  }
}

/// What is taken and given back.
enum PairKind: String, CaseIterable, ExpressibleByArgument {
  case pthread = "pthread_mutex"
  case lock = "Lock"
  case rlock = "RLock"
  case rwlockShared = "RWLock, shared"
  case rwlockExclusive = "RWLock, exclusive"
  case semaphore = "Semaphore"
}
