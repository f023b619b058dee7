public import LockcheckTrace
import Synchronization

/// What a primitive keeps inline so that its events can be recorded.
///
/// Keep it as a `let` of the primitive's class. Every method borrows, since what changes is atomic:
/// there is no exclusivity check to pay for and threads may call at the same time.
public struct RecordedObject: ~Copyable, Sendable {
  let kind: ObjectKind
  let name: String?

  /// Describes an object. When a recording runs it also remembers the stack that made it.
  public init(_ kind: ObjectKind, name: String? = nil, details: ObjectDetails = ObjectDetails()) {
    self.kind = kind
    self.name = name
  }

  /// Its number, the same in every recording of this process.
  public var id: ObjectID { .absent }

  /// Appends an event. The caller holds the object, or the guard inside it, so that nothing else
  /// happens to the object meanwhile: the event gets the next place in the object's order.
  ///
  /// - Parameter argument: The count, the item or the size in bytes.
  @inlinable public borrowing func record(
    _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
    attempt: Event.Attempt = .blocking, result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    append(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
      argument: argument ?? .max)
  }

  /// As ``record(_:mode:isPending:attempt:result:argument:)``, of an operation on a condition that
  /// is made under `lock`. When `isHeld` the event also gets the next place in the order of the lock:
  /// a wait gives it up or has taken it again there.
  @inlinable public borrowing func record(
    _ operation: Operation, under lock: borrowing RecordedObject, isHeld: Bool = true,
    isPending: Bool = false, attempt: Event.Attempt = .blocking,
    result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    append(
      operation, under: lock, isHeld: isHeld, isPending: isPending, attempt: attempt,
      result: result, argument: argument ?? .max)
  }

  /// Appends an event while the object is not held, as a pending or failed attempt on a lock: it has
  /// its place in the order of the thread, and none in that of the object.
  @inlinable public borrowing func recordUnordered(
    _ operation: Operation, mode: LockMode = .exclusive, isPending: Bool = false,
    attempt: Event.Attempt = .blocking, result: Event.Result = .success, argument: UInt64? = nil
  ) {
    guard Recording.isOn else { return }
    appendUnordered(
      operation, mode: mode, isPending: isPending, attempt: attempt, result: result,
      argument: argument ?? .max)
  }

  /// Appends `destroy` if anything about it was ever recorded. For the primitive's `deinit`.
  @inlinable public borrowing func recordDestroy() {
    guard Recording.isOn else { return }
    appendDestroy()
  }

  @usableFromInline @inline(never) borrowing func append(
    _ operation: Operation, mode: LockMode, isPending: Bool, attempt: Event.Attempt,
    result: Event.Result, argument: UInt64
  ) {
  }

  @usableFromInline @inline(never) borrowing func append(
    _ operation: Operation, under lock: borrowing RecordedObject, isHeld: Bool, isPending: Bool,
    attempt: Event.Attempt, result: Event.Result, argument: UInt64
  ) {
  }

  @usableFromInline @inline(never) borrowing func appendUnordered(
    _ operation: Operation, mode: LockMode, isPending: Bool, attempt: Event.Attempt,
    result: Event.Result, argument: UInt64
  ) {
  }

  @usableFromInline @inline(never) borrowing func appendDestroy() {
  }
}
