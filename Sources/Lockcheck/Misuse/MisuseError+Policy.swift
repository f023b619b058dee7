internal import Synchronization

extension MisuseError {
  /// Follows the policy in a method that can throw. Returns when the operation is to be refused in
  /// silence.
  func raise() throws(MisuseError) {
    switch MisusePolicy.current {
    case .record: note()
    case .throw: throw self
    case .trap: trap()
    }
  }

  /// Follows the policy in a method that cannot throw.
  func report() {
    switch MisusePolicy.current {
    case .record: note()
    case .throw, .trap: trap()
    }
  }

  /// Ends the process.
  func trap() -> Never { fatalError("lockcheck: \(self)") }

  /// Kinds of mistakes that standard error has been told of, a bit each.
  private static let noted = Atomic<UInt32>(0)

  /// A recording has it already. Without one a mistake would leave no sign at all.
  private func note() {
    Control.misuse("\(self)")
    if Control.isInControl { return }
    guard !Traced.isRecording else { return }
    let bit = UInt32(1) << UInt32(code.number)
    guard Self.noted.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0 else { return }
    writeToStandardError("lockcheck: misuse: \(self)")
  }
}
