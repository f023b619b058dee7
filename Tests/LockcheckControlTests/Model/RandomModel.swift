import LockcheckControl

extension ModelProgram {
  /// A small program of chance: two or three threads of two to four instructions over two variables, two
  /// locks and a semaphore.
  static func random(seed: UInt64) -> ModelProgram {
    var random = SeededRandom(seed: seed)
    let threads = (0..<(2 + random.below(2))).map { thread in
      let count = thread == 2 ? 2 : 2 + random.below(3)
      return instructions(count, &random)
    }
    return ModelProgram(threads: threads, semaphores: [random.below(2)])
  }

  private static func instructions(_ count: Int, _ random: inout SeededRandom) -> [Instruction] {
    var result: [Instruction] = []
    var held: [Int] = []
    for place in 0..<count {
      switch random.below(10) {
      case 0, 1: result.append(.read(random.below(2), into: place % 4))
      case 2, 3: result.append(.write(random.below(2), .constant(1 + random.below(3))))
      case 4: result.append(.write(random.below(2), .register(random.below(4), plus: 1)))
      case 5, 6:
        let lock = random.below(2)
        if held.contains(lock) {
          result.append(.unlock(lock))
          held.removeAll { $0 == lock }
        } else {
          result.append(.lock(lock))
          held.append(lock)
        }
      case 7: result.append(random.below(2) == 0 ? .down(0) : .up(0))
      case 8: result.append(.yield)
      default:
        let lock = random.below(2)
        guard !held.contains(lock) else { continue }
        result += [
          .timedLock(lock, into: 3), .skipUnless(3, equals: 1, by: 2), .write(0, .constant(7)),
          .unlock(lock),
        ]
      }
    }
    return result + held.map { .unlock($0) }
  }
}
