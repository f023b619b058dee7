public import LockcheckTrace

/// What a thread is about to do at a scheduling point.
///
/// Equal in two schedules of one program when it is the same operation on the same object: objects are
/// numbered by who made them, not by address.
public struct Step: Sendable, Hashable, BitwiseCopyable {
  /// What is done. A look at something that is not a variable (`isEmpty` of a queue) is an
  /// `atomicRead`; giving way to others is a `dummy`.
  public var operation: LockcheckTrace.Operation
  /// What it is done to.
  public var object: ObjectMark
  /// The lock that a wait on a condition gives up; ``ObjectMark/none`` elsewhere.
  public var lock: ObjectMark
  /// How a lock is taken.
  public var mode: LockMode
  /// Whether it could block for ever.
  public var attempt: LockcheckTrace.Event.Attempt
  /// Whether the thread has begun it before, has slept, and goes on.
  public var isResumed: Bool

  /// Describes a step.
  public init(
    _ operation: LockcheckTrace.Operation, _ object: ObjectMark = .none, lock: ObjectMark = .none,
    mode: LockMode = .exclusive, attempt: LockcheckTrace.Event.Attempt = .blocking,
    isResumed: Bool = false
  ) {
    self.operation = operation
    self.object = object
    self.lock = lock
    self.mode = mode
    self.attempt = attempt
    self.isResumed = isResumed
  }

  /// Whether the order of two steps of different threads can make a difference.
  ///
  /// Steps on different objects never do; two that only look never do.
  public func depends(on other: Step) -> Bool {
    if onlyLooks, other.onlyLooks { return false }
    return touches(other.object) || (other.lock != .none && touches(other.lock))
  }

  private func touches(_ mark: ObjectMark) -> Bool {
    mark != .none && (mark == object || mark == lock)
  }

  private var onlyLooks: Bool { operation == .read || operation == .atomicRead }
}

/// Which object it is, the same in every schedule of a program: the thread that made it, and how many that
/// thread had made before. A thread, too, is an object here.
public struct ObjectMark: Sendable, Hashable, BitwiseCopyable {
  /// The number behind it; 0 is no object.
  public let rawValue: UInt64

  /// No object.
  public static let none = ObjectMark(rawValue: 0)

  /// Names the object of that number.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The mark of what `maker` makes after `count` other things.
  public init(madeBy maker: ObjectMark, after count: UInt64) {
    var mixed = maker.rawValue &* 0x9E37_79B9_7F4A_7C15 &+ count &+ 1
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    rawValue = mixed == 0 ? 1 : mixed
  }
}
