import Foundation

/// What the system says about the threads of a process, in `/proc`.
struct ProcessThreads {
  /// A thread, and what it waits for.
  struct Thread {
    let id: Int
    let name: String
    /// `S` sleeps, `R` runs, `T` is stopped, `Z` has ended …
    let state: Character
    /// How it waits for what only the process itself could do, with no end set; nil where it does not.
    let wait: ProcessWaits.Endless?

    var hasEnded: Bool { state == "Z" || state == "X" }
  }

  let threads: [Thread]

  /// Looks at the threads as they are.
  init(of process: Int32) {
    let tasks = "/proc/\(process)/task"
    let waits = ProcessWaits(of: process)
    let ids = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    threads = ids.compactMap(Int.init).sorted().compactMap { id in
      guard let stat = Self.text("\(tasks)/\(id)/stat"), let end = stat.lastIndex(of: ")"),
        let open = stat.firstIndex(of: "("),
        let state = stat[end...].dropFirst(2).first
      else { return nil }
      let call = Self.text("\(tasks)/\(id)/syscall") ?? ""
      return Thread(
        id: id, name: String(stat[stat.index(after: open)..<end]), state: state,
        wait: state == "S" ? waits.endless(call) : nil)
    }
  }

  /// Whether nothing in the process will ever run again, but for a signal or another process. What has
  /// ended does not count.
  var allWaitForEver: Bool {
    let live = threads.filter { !$0.hasEnded }
    return !live.isEmpty && live.allSatisfy { $0.wait != nil }
  }

  /// A line for each thread, with what it waits in.
  func text() -> String {
    threads.filter { !$0.hasEnded }
      .map { "  thread \($0.id) (\($0.name)) \($0.wait?.rawValue ?? "goes on")\n" }.joined()
  }

  /// Whether the process is there and has not ended: it may live on when its first thread has.
  static func isAlive(_ process: Int32) -> Bool {
    ProcessThreads(of: process).threads.contains { !$0.hasEnded }
  }

  /// Whether `/proc/…/syscall`, the number of a call and its arguments, is a wait in a futex without a timeout.
  static func isEndlessWait(_ call: String) -> Bool {
    let words = call.split(separator: " ")
    guard words.count > 4, let number = Int(words[0]) else { return false }
    let arguments = words[1...4].map { UInt64($0.dropFirst(2), radix: 16) ?? .max }
    // The timeout is the fourth argument of both.
    if number == waitForSeveral { return arguments[3] == 0 }
    let waits: [UInt64] = [0, 6, 9, 11, 13]
    return number == futex && waits.contains(arguments[1] & 0x7F) && arguments[3] == 0
  }

  private static let waitForSeveral = 449
  private static var futex: Int {
    #if arch(x86_64)
      202
    #else
      98
    #endif
  }

  private static func text(_ path: String) -> String? {
    FilePrefix.read(path, 4096).map { String(decoding: $0, as: UTF8.self) }
  }
}
