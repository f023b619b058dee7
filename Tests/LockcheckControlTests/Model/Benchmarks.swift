/// Shapes of SCTBench (Thomson, Donaldson and Betts, "Concurrency testing using controlled schedulers", TOPC 2016).
enum ModelBenchmarks {
  static let all: [(name: String, program: ModelProgram)] = [
    ("reorder_10", reorder(10)), ("reorder_20", reorder(20)), ("twostage_50", twostage(40, 10)),
    ("deadlock01", deadlock), ("stack", stack), ("wronglock_3", wronglock(3)),
  ]

  /// All but one set a, then b; the last looks at both.
  static func reorder(_ count: Int) -> ModelProgram {
    let set: [ModelProgram.Instruction] = [.write(0, .constant(1)), .write(1, .constant(1))]
    let check: [ModelProgram.Instruction] = [
      .read(0, into: 0), .read(1, into: 1), .failUnless(1, equals: .register(0, plus: 0)),
    ]
    return ModelProgram(workers: Array(repeating: set, count: count - 1) + [check])
  }

  static func twostage(_ writers: Int, _ readers: Int) -> ModelProgram {
    let write: [ModelProgram.Instruction] = [
      .lock(0), .write(0, .constant(1)), .unlock(0), .lock(1), .read(0, into: 0),
      .write(1, .register(0, plus: 1)), .unlock(1),
    ]
    let read: [ModelProgram.Instruction] = [
      .lock(0), .read(0, into: 0), .unlock(0), .skipUnless(0, equals: 1, by: 4), .lock(1),
      .read(1, into: 1), .failUnless(1, equals: .register(0, plus: 1)), .unlock(1),
    ]
    return ModelProgram(
      workers: Array(repeating: write, count: writers) + Array(repeating: read, count: readers))
  }

  static let deadlock = ModelProgram(workers: [
    [
      .lock(0), .lock(1), .read(0, into: 0), .write(0, .register(0, plus: 1)), .unlock(1),
      .unlock(0),
    ],
    [
      .lock(1), .lock(0), .read(0, into: 0), .write(0, .register(0, plus: -1)), .unlock(0),
      .unlock(1),
    ],
  ])

  /// Ten pushes, each raising a flag that is never lowered; ten pops, each only if it is up.
  static let stack: ModelProgram = {
    let push: [ModelProgram.Instruction] = [
      .lock(0), .read(0, into: 0), .write(0, .register(0, plus: 1)), .write(1, .constant(1)),
      .unlock(0),
    ]
    let pop: [ModelProgram.Instruction] = [
      .lock(0), .read(1, into: 1), .skipUnless(1, equals: 1, by: 5), .read(0, into: 0),
      .skipUnless(0, equals: 0, by: 1), .failUnless(0, equals: .constant(1)),
      .write(0, .register(0, plus: -1)), .yield, .unlock(0),
    ]
    let repeated = { (part: [ModelProgram.Instruction]) in (0..<10).flatMap { _ in part } }
    return ModelProgram(workers: [repeated(push), repeated(pop)])
  }()

  static func wronglock(_ count: Int) -> ModelProgram {
    let read: [ModelProgram.Instruction] = [
      .lock(0), .read(0, into: 0), .read(0, into: 1), .write(0, .register(1, plus: 1)),
      .read(0, into: 2),
      .failUnless(2, equals: .register(0, plus: 1)), .unlock(0),
    ]
    let change: [ModelProgram.Instruction] = [
      .lock(1), .read(0, into: 0), .write(0, .register(0, plus: 1)), .unlock(1),
    ]
    return ModelProgram(workers: [read] + Array(repeating: change, count: count))
  }
}
