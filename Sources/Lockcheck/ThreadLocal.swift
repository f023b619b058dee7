internal import Synchronization

/// A variable that each thread has for itself.
///
/// ```swift
/// let depth = ThreadLocal(0)
/// depth.value += 1   // nobody else's
/// ```
///
/// A thread begins with the initial value, made anew for it when it first asks. Its value goes when it
/// ends; all go with the variable. Nothing of it is recorded: no other thread can see it.
public final class ThreadLocal<Value: Sendable>: Sendable {
  private let initial: @Sendable () -> Value
  private let values: Values

  /// By thread. Apart, so that a thread that ends can be rid of its value without keeping the variable.
  private final class Values: PerThreadTable, Sendable {
    let byThread = Mutex<[ThreadIdentity.ID: Value]>([:])

    func forget(_ thread: ThreadIdentity.ID) {
      // Bound outside, so that the value's own end does not come under the lock.
      let value = byThread.withLock { $0.removeValue(forKey: thread) }
      withExtendedLifetime(value) {}
    }
  }

  /// Makes a variable.
  ///
  /// - Parameter initial: What a thread begins with: evaluated once for each.
  public init(_ initial: @autoclosure @escaping @Sendable () -> Value) {
    self.initial = initial
    values = Values()
  }

  /// The calling thread's value.
  public var value: Value {
    get {
      let thread = ThreadIdentity.current
      if let value = values.byThread.withLock({ $0[thread.id] }) { return value }
      let value = initial()
      set(value, for: thread)
      return value
    }
    set { set(newValue, for: ThreadIdentity.current) }
    _modify {
      var value = value
      defer { set(value, for: ThreadIdentity.current) }
      yield &value
    }
  }

  /// Gives the calling thread the initial value again, the next time that it asks.
  public func reset() { values.forget(ThreadIdentity.current.id) }

  /// How many threads have a value. Out of date as soon as it is known.
  public var threadCount: Int {
    // Others may come first: those that have no value yet, or end.
    _ = Control.yield()
    return values.byThread.withLock { $0.count }
  }

  private func set(_ value: Value, for thread: ThreadIdentity) {
    let old = values.byThread.withLock { values in
      defer { values[thread.id] = value }
      return values[thread.id]
    }
    if old == nil { thread.note(values) }
    withExtendedLifetime(old) {}
  }
}
