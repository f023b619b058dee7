/// A binary heap of the threads that take part in a merge, the least key on top.
struct MergeHeap {
  /// Where the next event of a thread belongs.
  struct Key: Comparable {
    var stamp: UInt64
    var thread: UInt32

    @inline(__always) static func < (a: Key, b: Key) -> Bool {
      a.stamp < b.stamp || a.stamp == b.stamp && a.thread < b.thread
    }

    /// After everything else.
    static let end = Key(stamp: .max, thread: .max)
  }

  /// A thread, by the place of its cursor.
  struct Entry {
    var key: Key
    var cursor: Int
  }

  private var entries: [Entry] = []

  /// The least one.
  var top: Entry? { entries.first }

  /// The least key but for the top's.
  var second: Key {
    switch entries.count {
    case 0, 1: .end
    case 2: entries[1].key
    default: min(entries[1].key, entries[2].key)
    }
  }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].key < entries[parent].key else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func replaceTop(_ entry: Entry) {
    entries[0] = entry
    sink()
  }

  mutating func removeTop() {
    let last = entries.removeLast()
    if entries.isEmpty { return }
    entries[0] = last
    sink()
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < entries.count, entries[left].key < entries[least].key { least = left }
      if left + 1 < entries.count, entries[left + 1].key < entries[least].key { least = left + 1 }
      if least == parent { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
