public import LockcheckTrace

/// What each thread is about to do and not through with, at one moment of the run.
///
/// A pending event lasts until the thread's next event, whatever that is: a thread that does something
/// is not held up.
public struct PendingEvents: Sendable {
  /// A pending event and where it stands.
  public struct Entry: Sendable {
    /// The event.
    public var event: Event
    /// Its index in the trace.
    public var index: Int
  }

  /// By thread.
  private var entries: [Entry?] = []
  private var count = 0

  /// What the thread is about to do; nil where it is not held up.
  public func entry(of thread: ThreadID) -> Entry? {
    count > 0 && thread.index < entries.count ? entries[thread.index] : nil
  }

  /// Everything that is pending, by thread.
  ///
  /// - Complexity: Linear in threads.
  public var all: [Entry] { count > 0 ? entries.compactMap(\.self) : [] }

  @inline(__always)
  mutating func note(_ event: Event, at index: Int) {
    if event.isPending {
      begin(event, at: index)
    } else if count > 0 {
      end(event.thread)
    }
  }

  private mutating func begin(_ event: Event, at index: Int) {
    while entries.count <= event.thread.index { entries.append(nil) }
    if entries[event.thread.index] == nil { count += 1 }
    entries[event.thread.index] = Entry(event: event, index: index)
  }

  private mutating func end(_ thread: ThreadID) {
    guard thread.index < entries.count, entries[thread.index] != nil else { return }
    entries[thread.index] = nil
    count -= 1
  }
}
