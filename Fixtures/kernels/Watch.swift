import Foundation

/// Ends a process of which all threads sleep for good.
///
/// The kernel's own account of a thread says whether it sleeps, and how often it has gone to sleep. If
/// all others slept when they were looked at, and do when they are looked at a second time without having
/// gone to sleep anew, then there was a moment, between the two looks, in which all slept at once; and since
/// nothing here sleeps for a time, nobody is left to wake anybody.
enum Watch {
  /// The exit status of a process that hung.
  static let status: Int32 = 3

  static func begin() { Thread.detachNewThread { watch() } }

  private static func watch() {
    let account = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    let me = account.map { $0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...] }
    while true {
      if let before = sleepers(besides: me), !before.isEmpty, sleepers(besides: me) == before {
        // Not `exit`, which would wait for the threads.
        _exit(status)
      }
      sched_yield()
    }
  }

  /// How often each thread has gone to sleep; nil if one is awake.
  private static func sleepers(besides me: Substring?) -> [String: Substring]? {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    var counts: [String: Substring] = [:]
    for task in tasks where task != me ?? "" {
      // A thread that has just ended has no account any more: look again.
      guard
        let text = try? String(contentsOfFile: "/proc/self/task/\(task)/status", encoding: .utf8)
      else { return nil }
      let lines = text.split(separator: "\n")
      guard lines.contains(where: { $0.hasPrefix("State:\tS") }) else { return nil }
      counts[task] = lines.first { $0.hasPrefix("voluntary_ctxt_switches:") }
    }
    return counts
  }
}
