internal import LockcheckTrace

/// A variable whose reads and writes are recorded: the detector's eyes on plain data.
///
/// ```swift
/// let total = Shared(0, name: "total")
/// lock.withLock { total.modify { $0 += 1 } }
///
/// final class Account {
///   @Shared var balance = 0
/// }
/// ```
///
/// It behaves as a plain variable would that threads share: nothing orders its accesses, and a
/// ``modify(_:)`` of one thread can fall between the read and the write of another's. What it takes
/// away is only what makes a racy program crash: each read and each write by itself is whole, so that
/// the race is recorded, and ends in a wrong number.
@propertyWrapper
public final class Shared<Value: Sendable>: @unchecked Sendable {
  private let traced: Traced
  /// Makes each access whole and gives it its place in the trace; orders nothing for the program.
  private let mutex = FutexMutex()
  /// Touched only while `mutex` is held, and never across a call that could come back here: so no two
  /// accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var value: Value

  /// Makes a variable.
  ///
  /// - Parameter name: What reports call it.
  public init(_ value: Value, name: String? = nil) {
    unsafe self.value = value
    traced = Traced(.variable, name: name)
  }

  /// Makes a variable that is written as `@Shared var count = 0`.
  public convenience init(wrappedValue: Value) { self.init(wrappedValue, name: nil) }

  /// Makes a variable that is written as `@Shared(name: "count") var count = 0`.
  public convenience init(wrappedValue: Value, name: String?) {
    self.init(wrappedValue, name: name)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// The value: a read or a write of its own.
  public var wrappedValue: Value {
    get { load() }
    set { store(newValue) }
  }

  /// The variable itself: `$balance` of `@Shared var balance`.
  public var projectedValue: Shared<Value> { self }

  /// Reads the value.
  public func load() -> Value {
    traced.step(.read)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { traced.record(.read, argument: Self.size) }
    return unsafe value
  }

  /// Writes the value.
  public func store(_ new: Value) {
    traced.step(.write)
    let me = ThreadNumber.current
    var new = new
    mutex.lock(me)
    if Traced.isOn { traced.record(.write, argument: Self.size) }
    unsafe swap(&value, &new)
    mutex.unlock(me)
    // The old value ends here, outside the guard: its deinit may do as it likes.
    withExtendedLifetime(new) {}
  }

  /// Reads the value, lets `body` change it, and writes it: a read and a write, and other threads may
  /// come in between, as with `count += 1` on a plain variable.
  ///
  /// What `body` has changed is written even if it throws. The value is copied, so that changing a
  /// large array in place costs as much as copying it.
  public func modify<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    var copy = load()
    let result: Result<R, E>
    do throws(E) { result = .success(try body(&copy)) } catch { result = .failure(error) }
    // Not in a `defer`, which has no line of its own to show in a report.
    store(copy)
    return try result.get()
  }

  private static var size: UInt64 { UInt64(MemoryLayout<Value>.size) }
}
