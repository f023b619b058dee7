import LockcheckTrace

/// A step as a person reads it: `T2 lock(accounts)`.
public struct StepWords: Sendable, Hashable {
  /// Who takes it, by number.
  public var thread: Int
  /// What is done: letters only.
  public var operation: String
  /// What it is done to; nil where there is nothing.
  public var object: String?
  /// Whether it is the end of a wait by its deadline.
  public var isTimeout: Bool

  /// Describes a step.
  public init(thread: Int, operation: String, object: String?, isTimeout: Bool = false) {
    self.thread = thread
    self.operation = operation
    self.object = object
    self.isTimeout = isTimeout
  }

  /// Without the thread: `lock(accounts)`, `wait(gate) times out`.
  public var deed: String {
    operation + (object.map { "(\($0))" } ?? "") + (isTimeout ? " times out" : "")
  }
}

extension StepWords: CustomStringConvertible {
  /// `T2 lock(accounts)`.
  public var description: String { "T\(thread) \(deed)" }
}

extension Step {
  /// The word for what is done, as the primitives call it.
  func word(for kind: ObjectKind) -> String {
    let word = plainWord(for: kind)
    guard attempt == .try else { return word }
    return "try" + word.prefix(1).uppercased() + word.dropFirst()
  }

  private func plainWord(for kind: ObjectKind) -> String {
    switch operation {
    case .acquire where kind == .semaphore: "acquire"
    case .release where kind == .semaphore: "release"
    case .acquire: mode == .shared ? "lockShared" : "lock"
    case .release: mode == .shared ? "unlockShared" : "unlock"
    // It has waited, and goes on.
    case .wait: isResumed ? "wake" : "wait"
    case .fork: "start"
    case .start: "begin"
    case .exit: "exit"
    case .begin: "open"
    case .end: "shut"
    case .atomicRead: kind == .variable ? "load" : "look"
    case .atomicWrite: "store"
    case .atomicUpdate: "update"
    case .dummy: attempt == .timed ? "sleep" : "yield"
    default: operation.name
    }
  }
}
