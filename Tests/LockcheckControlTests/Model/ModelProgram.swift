/// A small program for a strategy to schedule without real threads: each thread a list of instructions.
struct ModelProgram: Hashable, Sendable {
  enum Value: Hashable, Sendable {
    case constant(Int)
    case register(Int, plus: Int)
  }

  enum Instruction: Hashable, Sendable {
    case read(Int, into: Int)
    case write(Int, Value)
    case lock(Int)
    case unlock(Int)
    /// Gives up when it has to: the register is 1 if the lock was got.
    case timedLock(Int, into: Int)
    case down(Int)
    case up(Int)
    case spawn(Int)
    case join(Int)
    case yield
    /// Not steps: they belong to the step before them.
    case skipUnless(Int, equals: Int, by: Int)
    case failUnless(Int, equals: Value)

    var isLocal: Bool {
      switch self {
      case .skipUnless, .failUnless: true
      default: false
      }
    }
  }

  var threads: [[Instruction]]
  /// The threads that are there from the beginning.
  var started = [0]
  var variableCount = 2
  var lockCount = 2
  var semaphores = [0]

  /// A program whose first thread starts all others and joins them, as most benchmarks do.
  init(
    main: [Instruction] = [], workers: [[Instruction]], variables: Int = 2, locks: Int = 2,
    semaphores: [Int] = []
  ) {
    let numbers = 1...workers.count
    threads = [numbers.map { .spawn($0) } + main + numbers.map { .join($0) }] + workers
    variableCount = variables
    lockCount = locks
    self.semaphores = semaphores
  }

  /// A program whose threads are all there from the beginning.
  init(threads: [[Instruction]], variables: Int = 2, locks: Int = 2, semaphores: [Int] = [0]) {
    self.threads = threads
    started = Array(threads.indices)
    variableCount = variables
    lockCount = locks
    self.semaphores = semaphores
  }
}
