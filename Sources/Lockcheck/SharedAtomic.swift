internal import LockcheckTrace

/// A variable that is read, written and updated in one step each, and orders what threads do.
///
/// Its accesses are recorded as atomic: they race with nothing, and an update or a write happens
/// before the reads that see it. Any value will do; a tiny lock makes the steps whole.
public final class SharedAtomic<Value: Sendable>: @unchecked Sendable {
  private let traced: Traced
  private let mutex = FutexMutex()
  /// Touched only while `mutex` is held, and who comes back here meanwhile waits for itself: so no two
  /// accesses overlap, and what looking out for that costs is saved.
  @exclusivity(unchecked) private var value: Value

  /// Makes a variable.
  ///
  /// - Parameter name: What reports call it.
  public init(_ value: Value, name: String? = nil) {
    unsafe self.value = value
    traced = Traced(.variable, name: name)
  }

  deinit { traced.recordDestroy() }

  /// What reports call it.
  public var name: String? {
    get { traced.label.get() }
    set { traced.rename(newValue) }
  }

  /// Reads the value.
  public func load() -> Value { access(.atomicRead) { $0 } }

  /// Writes the value.
  public func store(_ new: Value) { _ = access(.atomicWrite) { replace(&$0, with: new) } }

  /// Writes the value.
  ///
  /// - Returns: The value before.
  public func exchange(_ new: Value) -> Value { access(.atomicUpdate) { replace(&$0, with: new) } }

  /// Changes the value in one step. `body` is short, and must not touch this variable again: it would
  /// wait for itself.
  public func update<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    traced.step(.atomicUpdate)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { traced.record(.atomicUpdate, argument: Self.size) }
    return try unsafe body(&value)
  }

  private static var size: UInt64 { UInt64(MemoryLayout<Value>.size) }

  private func access(_ operation: Operation, _ body: (inout Value) -> Value) -> Value {
    traced.step(operation)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    if Traced.isOn { traced.record(operation, argument: Self.size) }
    return unsafe body(&value)
  }
}

extension SharedAtomic where Value: Equatable {
  /// Writes `desired` if the value is `expected`, in one step.
  ///
  /// - Returns: Whether it was written, and the value before.
  @discardableResult
  public func compareExchange(
    expected: Value, desired: Value
  ) -> (exchanged: Bool, original: Value) {
    traced.step(.atomicUpdate)
    let me = ThreadNumber.current
    mutex.lock(me)
    defer { mutex.unlock(me) }
    let original = unsafe value
    let isExpected = original == expected
    if Traced.isOn {
      traced.record(isExpected ? .atomicUpdate : .atomicRead, argument: Self.size)
    }
    if isExpected { unsafe value = desired }
    return (isExpected, original)
  }
}

extension SharedAtomic where Value: FixedWidthInteger {
  /// Adds `operand` in one step, wrapping around at the end of the range.
  ///
  /// - Returns: The value after.
  @discardableResult
  public func wrappingAdd(_ operand: Value) -> Value {
    update { value in
      value &+= operand
      return value
    }
  }
}

/// Puts a new value in the place of an old one, and returns the old one.
private func replace<Value>(_ place: inout Value, with new: Value) -> Value {
  let old = place
  place = new
  return old
}
