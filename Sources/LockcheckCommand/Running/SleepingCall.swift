/// The call of the system that a thread sleeps in, as `/proc/…/syscall` has it.
struct SleepingCall {
  let number: Int
  /// The first four arguments.
  let arguments: [UInt64]

  /// Reads the number of the call and its arguments; nil of a thread that runs, or may not be looked at.
  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count > 4, let number = Int(words[0]) else { return nil }
    self.number = number
    arguments = words[1...4].map { UInt64($0.dropFirst(2), radix: 16) ?? .max }
  }

  /// Whether it is a wait in a futex without a timeout.
  var isEndlessFutexWait: Bool {
    // The timeout is the fourth argument of both.
    guard arguments[3] == 0 else { return false }
    return number == Self.waitForSeveral
      || number == Self.futex && Self.futexWaits.contains(arguments[1] & 0x7F)
  }

  /// Whether it waits for signals alone.
  var isSignalWait: Bool { Self.signalWaits.contains(number) }

  /// The descriptor of the `epoll` whose events it waits for without a timeout; nil where it does not.
  var endlessEventWait: Int? {
    // -1, as a number of 32 bits: no timeout.
    guard Self.eventWaits.contains(number), UInt32(truncatingIfNeeded: arguments[3]) == .max else {
      return nil
    }
    return Int(clamping: arguments[0])
  }

  private static let waitForSeveral = 449
  private static let futexWaits: [UInt64] = [0, 6, 9, 11, 13]
  #if arch(x86_64)
    private static let futex = 202
    // rt_sigsuspend and pause; epoll_wait and epoll_pwait.
    private static let signalWaits = [130, 34]
    private static let eventWaits = [232, 281]
  #else
    private static let futex = 98
    private static let signalWaits = [133]
    private static let eventWaits = [22]
  #endif
}
