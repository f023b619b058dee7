import ArgumentParser
import LockcheckControl

/// A way to explore, by the name that a token gives it.
enum ExploredMethod: String, CaseIterable, ExpressibleByArgument {
  case random, walk20, walk5

  static let usual: [ExploredMethod] = [.random, .walk20, .walk5]

  var strategy: any Strategy {
    switch self {
    case .random: RandomWalk()
    case .walk20: RandomWalk(switchPercent: 20)
    case .walk5: RandomWalk(switchPercent: 5)
    }
  }
}
