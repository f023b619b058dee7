import LockcheckControl
import LockcheckTrace

/// A program of a few steps over locks and variables, for strategies to run without threads.
struct ModelProgram: Sendable {
  enum Action: Sendable, Hashable {
    case lock(Int)
    /// Gives up where the lock is not free and the strategy says that time is up.
    case timedLock(Int)
    case unlock(Int)
    /// Keeps the variable's value in the thread's register.
    case read(Int)
    /// Sets the variable to the register's value and one.
    case write(Int)
    /// Fails where the variable is not this.
    case expect(Int, Int)
    /// Waits until the variable is not zero.
    case await(Int)
    case yield
    /// Starts the thread of that place in the list.
    case start(Int)
    /// Waits for its end.
    case join(Int)
  }

  /// The first runs from the beginning, the others once started. Each begins with a step of its own.
  var threads: [[Action]]

  init(_ threads: [Action]...) { self.threads = threads }

  init(threads: [[Action]]) { self.threads = threads }

  /// Starts all others, then does `body`, then joins them.
  static func starting(_ others: [Action]..., body: [Action] = [], last: [Action] = []) -> Self {
    let numbers = others.indices.map { $0 + 1 }
    return Self(
      threads: [numbers.map(Action.start) + body + numbers.map(Action.join) + last] + others)
  }

  static func lockMark(_ lock: Int) -> ObjectMark {
    ObjectMark(madeBy: ObjectMark(rawValue: 1), after: UInt64(lock))
  }
  static func variableMark(_ variable: Int) -> ObjectMark {
    ObjectMark(madeBy: ObjectMark(rawValue: 2), after: UInt64(variable))
  }
  static func threadMark(_ thread: Int) -> ObjectMark {
    ObjectMark(madeBy: ObjectMark(rawValue: 3), after: UInt64(thread))
  }

  static func step(_ action: Action) -> Step {
    switch action {
    case .lock(let lock): Step(.acquire, lockMark(lock))
    case .timedLock(let lock): Step(.acquire, lockMark(lock), attempt: .timed)
    case .unlock(let lock): Step(.release, lockMark(lock))
    case .read(let variable): Step(.read, variableMark(variable))
    case .write(let variable): Step(.write, variableMark(variable))
    case .expect(let variable, _), .await(let variable):
      Step(.atomicRead, variableMark(variable))
    case .yield: Step(.dummy)
    case .start(let thread): Step(.fork, threadMark(thread))
    case .join(let thread): Step(.join, threadMark(thread))
    }
  }
}
