/// The rules of a condition: threads that wait, and wakeups (-1), in the order in which they came.
///
/// Which waiter a `notify` wakes is the platform's choice, so wakeups are counted; who goes on takes the
/// oldest that came after it.
enum HangCondition {
  static let wakeup: Int32 = -1

  static func notify(_ count: Int32, _ entries: inout [Int32]) {
    let woken = entries.count { $0 == wakeup }
    let asleep = max(0, entries.count - 2 * woken)
    entries += repeatElement(wakeup, count: min(Int(count), asleep))
  }

  static func isWoken(_ thread: Int32, _ entries: [Int32]) -> Bool {
    guard let begin = entries.firstIndex(of: thread) else { return false }
    return entries[begin...].contains(wakeup)
  }

  static func end(_ thread: Int32, isWoken: Bool, _ entries: inout [Int32]) {
    guard let begin = entries.firstIndex(of: thread) else { return }
    if isWoken, let oldest = entries[begin...].firstIndex(of: wakeup) { entries.remove(at: oldest) }
    entries.remove(at: begin)
    // Nobody who still waits can take a wakeup that came before all of them.
    entries.removeFirst(entries.prefix { $0 == wakeup }.count)
  }
}
