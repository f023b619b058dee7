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

    var hasEnded: Bool { ProcessThreads.isEnd(state) }
  }

  let threads: [Thread]

  /// Looks at the threads as they are.
  init(of process: Int32) {
    let waits = ProcessWaits(of: process)
    threads = Self.ids(of: process).compactMap { id in
      guard let (name, state) = Self.stat(process, id) else { return nil }
      let call = state == "S" ? FilePrefix.text("/proc/\(process)/task/\(id)/syscall", 4096) : nil
      return Thread(
        id: id, name: name, state: state,
        wait: call.flatMap(SleepingCall.init).flatMap(waits.endless))
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
    ids(of: process).contains { stat(process, $0).map { !isEnd($0.state) } == true }
  }

  private static func ids(of process: Int32) -> [Int] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    return (names ?? []).compactMap { Int($0) }.sorted()
  }

  /// The name of a thread, which may have parentheses of its own, and its state.
  private static func stat(_ process: Int32, _ id: Int) -> (name: String, state: Character)? {
    guard let stat = FilePrefix.text("/proc/\(process)/task/\(id)/stat", 4096),
      let open = stat.firstIndex(of: "("), let end = stat.lastIndex(of: ")"),
      let state = stat[end...].dropFirst(2).first
    else { return nil }
    return (String(stat[stat.index(after: open)..<end]), state)
  }

  private static func isEnd(_ state: Character) -> Bool { state == "Z" || state == "X" }
}
