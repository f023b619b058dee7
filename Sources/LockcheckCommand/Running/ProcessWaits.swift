import Foundation

/// What the threads of a process sleep in, and whether anything from outside could end it.
struct ProcessWaits {
  /// How a thread sleeps that nothing but the process itself will wake.
  enum Endless: String {
    case forThread = "waits for another thread"
    case forSignal = "waits for a signal, and the program handles none"
    case forEvents = "waits for events that only other threads could cause"
  }

  private let files: String

  /// Of the process of that number.
  init(of process: Int32) { files = "/proc/\(process)" }

  /// How a thread sleeps in the call; nil where something from outside, or the clock, may end that.
  func endless(_ call: SleepingCall) -> Endless? {
    if call.isEndlessFutexWait { return .forThread }
    if call.isSignalWait { return handlesSignals ? nil : .forSignal }
    return call.endlessEventWait.map(watchesOnlyItself) == true ? .forEvents : nil
  }

  /// Whether a signal is handled that is not the system's answer to a mistake: runtimes report those, Swift's does.
  private var handlesSignals: Bool {
    guard let status = text("status", 8192),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
      let handled = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return true }
    let mistakes: [UInt64] = [3, 4, 5, 6, 7, 8, 11, 31]
    // The C library's own, to cancel threads and to change users.
    let own: [UInt64] = [32, 33]
    return handled & ~(mistakes + own).reduce(0) { $0 | 1 << ($1 - 1) } != 0
  }

  /// Whether all that is watched is counters, which only the process raises, and timers that are not set.
  private func watchesOnlyItself(_ descriptor: Int) -> Bool {
    guard let watched = text("fdinfo/\(descriptor)", Self.enough), watched.utf8.count < Self.enough
    else { return false }
    for line in watched.split(separator: "\n") where line.hasPrefix("tfd:") {
      guard let target = line.dropFirst(4).split(separator: " ").first,
        let link = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "\(files)/fd/\(target)")
      else { return false }
      switch link {
      case "anon_inode:[eventfd]": continue
      case "anon_inode:[timerfd]":
        guard text("fdinfo/\(target)", 4096)?.contains("it_value: (0, 0)") == true else {
          return false
        }
      default: return false
      }
    }
    return true
  }

  private static let enough = 1 << 16

  private func text(_ file: String, _ count: Int) -> String? {
    FilePrefix.text("\(files)/\(file)", count)
  }
}
