import Glibc
import LockcheckControl

/// Runs a schedule again.
struct Replay {
  let options: ExplorationOptions
  let body: @Sendable () throws -> Void

  /// The token that the environment asks for.
  static var tokenOfEnvironment: String? {
    guard let value = unsafe getenv("LOCKCHECK_REPLAY") else { return nil }
    let token = unsafe String(cString: value)
    return token.isEmpty ? nil : token
  }

  func run(_ text: String) -> Exploration {
    do {
      switch try ScheduleToken(parsing: text) {
      case .exact(let schedule): return follow(schedule, text)
      case .seeded(let method, let seed, let iteration):
        return try run(ExplorationMethod(parsing: method), seed, iteration)
      }
    } catch {
      return wrong("\(error)")
    }
  }

  private func follow(_ schedule: ExactSchedule, _ text: String) -> Exploration {
    let explorer = Explorer(ReplayStrategy(schedule), seed: 0, limits: options.limits)
    _ = explorer.warmUp(token: text, body)
    let run = explorer.run(iteration: 0, body)
    let divergence = (explorer.strategy as? ReplayStrategy)?.divergence
    return result(
      run, explorer, method: "exact", token: divergence == nil ? text : nil,
      divergence: divergence.map {
        $0.message(labels: StepLabels(of: run, objects: explorer.labels))
      })
  }

  private func run(_ method: ExplorationMethod, _ seed: UInt64, _ iteration: Int) -> Exploration {
    let explorer = Explorer(method.strategy(), seed: seed, limits: options.limits)
    let before: Range<Int> =
      switch explorer.strategy.memory {
      case .nothing: 0..<0
      case .profile: 0..<min(1, iteration)
      case .everything: 0..<iteration
      }
    _ = explorer.warmUp(body)
    for earlier in before {
      let run = explorer.run(iteration: earlier, body)
      guard explorer.abandonedThreadCount < options.stuckThreadLimit else {
        return result(
          run, explorer, method: "\(method)", token: nil,
          divergence: "\(explorer.abandonedThreadCount) threads were stuck before it came to it")
      }
    }
    return result(
      explorer.run(iteration: iteration, body), explorer, method: "\(method)", token: nil,
      divergence: nil)
  }

  private func result(
    _ run: ScheduleRun, _ explorer: Explorer, method: String, token: String?, divergence: String?
  ) -> Exploration {
    var exploration = Exploration(method: method)
    exploration.schedules = 1
    exploration.divergence = divergence
    exploration.stuckThreads = explorer.abandonedThreadCount
    guard let failure = run.failure else { return exploration }
    let labels = StepLabels(of: run, objects: explorer.labels)
    exploration.failure = FailingSchedule(
      failure: failure, assumption: run.assumption, number: 1, foundBy: "replay",
      schedule: run.schedule,
      token: token ?? "\(ScheduleToken.exact(ExactSchedule(run.schedule, labels: labels)))",
      seededToken: nil, isRepeatable: true, isMinimal: false,
      table: ScheduleTable(run, labels: labels).text)
    return exploration
  }

  /// A token that cannot be followed: nothing is run.
  private func wrong(_ reason: String) -> Exploration {
    var exploration = Exploration(method: "replay")
    exploration.divergence = reason
    return exploration
  }
}
