public import LockcheckTrace

/// A whole run at a size that can be drawn, however long it was: what threads did when, how locks were used,
/// and in which order they were taken.
///
/// Made beside the analysis, and only where somebody asks for it; see ``Report/picture``.
public struct RunPicture: Sendable {
  /// What a place on the time axis counts.
  public enum Unit: String, Sendable {
    /// Nanoseconds since the trace's first moment.
    case nanoseconds
    /// Events, of a trace without times.
    case events
  }

  /// What happened when.
  public var timeline: RunTimeline
  /// Every thread that did anything, by first event.
  public var threads: [ThreadActivity]
  /// Every lock that was asked for, longest waited for first, then longest held, then most often taken.
  public var locks: [LockActivity]
  /// Which locks were taken with which others held; nil where the analysis did not look at lock orders.
  public var orders: [LockOrder]?
  /// How many ``orders`` were left out: those seen least often.
  public var omittedOrders: Int

  /// Makes a picture.
  public init(
    timeline: RunTimeline, threads: [ThreadActivity] = [], locks: [LockActivity] = [],
    orders: [LockOrder]? = nil, omittedOrders: Int = 0
  ) {
    self.timeline = timeline
    self.threads = threads
    self.locks = locks
    self.orders = orders
    self.omittedOrders = omittedOrders
  }
}

/// What one thread did.
public struct ThreadActivity: Sendable {
  /// Which thread.
  public var thread: ThreadID
  /// How many events it has.
  public var events = 0
  /// Places of its first and last event on the time axis.
  public var begin: UInt64
  /// See ``begin``.
  public var end: UInt64
  /// For how long it held any lock, on the time axis.
  public var held: UInt64 = 0
  /// For how long it waited for anything, on the time axis.
  public var waited: UInt64 = 0

  /// A thread whose first event is at the given place.
  public init(thread: ThreadID, begin: UInt64) {
    self.thread = thread
    self.begin = begin
    end = begin
  }
}

/// How one lock was used.
public struct LockActivity: Sendable {
  /// Which lock.
  public var lock: ObjectID
  /// How often it was taken, levels of recursion not counted.
  public var acquires = 0
  /// How many threads took it.
  public var threads = 0
  /// How long threads waited for it, in nanoseconds; no waits where the trace has no times.
  public var waits = TimeSpent()
  /// How long they held it, in nanoseconds; no holds where the trace has no times.
  public var holds = TimeSpent()

  /// A lock that nobody has asked for yet.
  public init(lock: ObjectID) { self.lock = lock }
}

/// One lock taken with another held.
public struct LockOrder: Sendable {
  /// One place in the code where that was done.
  public struct Sample: Sendable {
    /// By whom.
    public var thread: ThreadID
    /// Where ``LockOrder/outer`` had been taken.
    public var outerStack: StackID
    /// Where ``LockOrder/inner`` was asked for.
    public var innerStack: StackID
    /// All that was held then, outermost first.
    public var holding: [HeldLock]
    /// The index of the first such event.
    public var event: Int
    /// How often it was done by this thread at this place.
    public var count: Int

    /// Makes a sample.
    public init(
      thread: ThreadID, outerStack: StackID, innerStack: StackID, holding: [HeldLock], event: Int,
      count: Int
    ) {
      self.thread = thread
      self.outerStack = outerStack
      self.innerStack = innerStack
      self.holding = holding
      self.event = event
      self.count = count
    }
  }

  /// The lock that was held.
  public var outer: ObjectID
  /// The lock that was asked for.
  public var inner: ObjectID
  /// How often, in all.
  public var count: Int
  /// The first places and threads.
  public var samples: [Sample]

  /// Makes an order.
  public init(outer: ObjectID, inner: ObjectID, count: Int = 0, samples: [Sample] = []) {
    self.outer = outer
    self.inner = inner
    self.count = count
    self.samples = samples
  }
}

extension RunPicture {
  /// The stacks and the objects that somebody who looks at the picture sees.
  public var shown: (stacks: Set<StackID>, objects: Set<ObjectID>) {
    var stacks: Set<StackID> = []
    var objects = Set(locks.map(\.lock))
    for order in orders ?? [] {
      objects.formUnion([order.outer, order.inner])
      for sample in order.samples {
        stacks.formUnion([sample.outerStack, sample.innerStack])
        for held in sample.holding {
          stacks.insert(held.stack)
          objects.insert(held.object)
        }
      }
    }
    for span in timeline.spans where span.object.isPresent { objects.insert(span.object) }
    return (stacks, objects)
  }
}
