internal import CLockcheckShims
internal import Glibc
internal import LockcheckRecorder

extension CheckSettings {
  /// What the environment of this process asks for; a wrong value is said to be wrong and left out.
  public static func environment() -> CheckSettings {
    let (settings, complaints) = read { name in
      unsafe lc_environment(name).map { unsafe String(cString: $0) }
    }
    for complaint in complaints { Recording.say(complaint) }
    return settings
  }

  /// Reads the settings off the variables that `value` gives, with a line for each wrong one.
  static func read(_ value: (String) -> String?) -> (CheckSettings, complaints: [String]) {
    var settings = CheckSettings()
    var complaints: [String] = []

    func take<T>(_ name: String, expected: String, _ meaning: (String) -> T?) -> T? {
      guard let text = value(name), !text.isEmpty else { return nil }
      if let meant = meaning(text) { return meant }
      complaints.append("\(name) is '\(text)'; expected \(expected)")
      return nil
    }

    settings.onDeadlock =
      take("LOCKCHECK_ON_DEADLOCK", expected: "log, throw, trap or exit:STATUS") { text in
        switch text {
        case "log": .log
        case "throw": .throw
        case "trap": .trap
        default: status(text).map { .exit($0) }
        }
      } ?? settings.onDeadlock
    settings.onLockOrder =
      take("LOCKCHECK_ON_LOCK_ORDER", expected: "log or exit:STATUS", policy)
      ?? settings.onLockOrder
    settings.onStall =
      take("LOCKCHECK_ON_STALL", expected: "log or exit:STATUS", policy) ?? settings.onStall
    settings.watchdog = take("LOCKCHECK_WATCHDOG", expected: "seconds, more than 0", seconds)
    settings.dumpSignal = take(
      "LOCKCHECK_DUMP_SIGNAL", expected: "QUIT, USR1, USR2, HUP, INT or TERM", signal)
    settings.ignoresUnknownThreads =
      take("LOCKCHECK_UNKNOWN_THREADS", expected: "count or ignore") { text in
        text == "ignore" ? true : text == "count" ? false : nil
      } ?? false
    return (settings, complaints)
  }

  private static func policy(_ text: String) -> ReportPolicy? {
    text == "log" ? .log : status(text).map { .exit($0) }
  }

  private static func status(_ text: String) -> Int32? {
    guard text.hasPrefix("exit:"), let status = UInt8(text.dropFirst(5)) else { return nil }
    return Int32(status)
  }

  private static func seconds(_ text: String) -> Duration? {
    guard let seconds = Double(text), seconds > 0, seconds < 1e9 else { return nil }
    return .seconds(seconds)
  }

  private static func signal(_ text: String) -> Int32? {
    switch text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text {
    case "QUIT": SIGQUIT
    case "USR1": SIGUSR1
    case "USR2": SIGUSR2
    case "HUP": SIGHUP
    case "INT": SIGINT
    case "TERM": SIGTERM
    default: nil
    }
  }
}
