import LockcheckControl

extension ModelProgram {
  /// A small program of chance that can deadlock or break an expectation in some schedules.
  static func random(seed: UInt64, others: Int? = nil) -> ModelProgram {
    var random = SeededRandom(seed: seed)
    let others = (0..<(others ?? 2 + random.below(2))).map { _ in randomBody(&random) }
    var first = others.indices.map { Action.start($0 + 1) }
    if random.below(3) > 0 { first += others.indices.map { Action.join($0 + 1) } }
    if random.below(2) == 0 { first.append(.expect(0, 1 + random.below(2))) }
    return ModelProgram(threads: [first] + others)
  }

  private static func randomBody(_ random: inout SeededRandom) -> [Action] {
    switch random.below(6) {
    case 0: return [.read(0), .write(0)]
    case 1: return [.lock(0), .lock(1), .unlock(1), .unlock(0)]
    case 2: return [.lock(1), .lock(0), .unlock(0), .unlock(1)]
    case 3: return [.lock(1), .timedLock(0), .unlock(0), .unlock(1), .write(0)]
    case 4: return [.yield, .write(0), .expect(0, 1)]
    default: return [.lock(0), .read(0), .write(0), .unlock(0)]
    }
  }
}
