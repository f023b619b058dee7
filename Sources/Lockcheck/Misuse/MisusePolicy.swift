internal import Synchronization

/// What happens when a program misuses a primitive: one setting for the process.
///
/// Whatever it says, the misuse is recorded when a recording runs, and the primitive stays whole: the
/// operation is refused.
public enum MisusePolicy: UInt8, Sendable, Hashable, CaseIterable {
  /// The operation does nothing. Where no recording keeps it, standard error says so, once for each
  /// kind of mistake.
  case record = 1
  /// Methods that are declared `throws` throw a ``MisuseError``; the others trap.
  case `throw` = 2
  /// The process ends with a message.
  case trap = 3

  /// The policy in force. It starts as `LOCKCHECK_MISUSE` says, `record` without it.
  public static var current: MisusePolicy {
    get { MisusePolicy(rawValue: inForce.load(ordering: .relaxed)) ?? startUp() }
    set { inForce.store(newValue.rawValue, ordering: .relaxed) }
  }

  private static let inForce = Atomic<UInt8>(0)

  /// Reads the environment; a setting made in the same moment wins.
  private static func startUp() -> MisusePolicy {
    let wanted = fromEnvironment(environment("LOCKCHECK_MISUSE"))
    let (exchanged, original) = inForce.compareExchange(
      expected: 0, desired: wanted.rawValue, ordering: .relaxed)
    return exchanged ? wanted : MisusePolicy(rawValue: original) ?? wanted
  }

  /// The policy that a value of the environment names. Any other value is said to be wrong.
  static func fromEnvironment(_ value: String?) -> MisusePolicy {
    switch value {
    case nil, "", "record": return .record
    case "throw": return .throw
    case "trap": return .trap
    case .some(let other):
      writeToStandardError(
        "lockcheck: LOCKCHECK_MISUSE is '\(other)'; expected record, throw or trap; using record")
      return .record
    }
  }
}
