internal import CLockcheckShims

/// Looks at threads while they run: at deadlocks as they close, at the order of locks, at who waits.
///
/// It begins by itself when the environment says `LOCKCHECK=check`; here it can be turned on and off at
/// any time, whatever is held. It needs no recording.
public enum Checking {
  /// Whether it is on.
  public static var isOn: Bool { LiveChecks.isOn }

  /// What is looked at, and what is done about it.
  public static var settings: CheckSettings {
    get { LiveChecks.shared.withState { $0.settings } }
    set { LiveChecks.shared.apply(newValue) }
  }

  /// Turns it on. With the trait `PlainPrimitives` nothing is ever found.
  public static func start(_ settings: CheckSettings = CheckSettings()) {
    LiveChecks.shared.start(settings)
  }

  /// Turns it off. What was reported is not reported again, should it be turned on again.
  public static func stop() { LiveChecks.shared.stop() }

  /// How many threads wait. Out of date as soon as it is known.
  public static var waitingThreadCount: Int { LiveChecks.shared.withState { $0.waits.count } }

  /// Who holds what and who waits for what at this moment, with stacks, as text.
  public static func dump() -> String { LiveChecks.shared.dump() }

  /// Looks once as the watchdog does, and reports on standard error every thread that has been blocked
  /// for that long and has not been reported.
  public static func lookForStalls(longerThan limit: Duration) {
    LiveChecks.shared.lookForStalls(longerThan: limit)
  }
}
