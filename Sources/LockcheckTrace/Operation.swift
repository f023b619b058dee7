/// What a thread did.
///
/// The raw values are part of the binary form and never change their meaning.
public enum Operation: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
  /// Takes a lock (in ``Event/mode``) or ``Event/count`` permits of a semaphore. STD `acq`.
  ///
  /// Stands after the platform's lock has been got, so that the release that made it free always
  /// comes earlier in the trace.
  case acquire = 0
  /// Gives a lock or permits back. STD `rel`.
  ///
  /// Stands before the platform's unlock, so that the next owner's ``acquire`` always comes later.
  case release = 1
  /// Waits on a condition, an event, a future or a barrier.
  ///
  /// On a condition the pending event gives up ``Event/lock``, the completed one has taken it again.
  case wait = 2
  /// Wakes ``Event/count`` waiters of a condition, or all of them.
  case notify = 3
  /// Raises the flag of an event, or says that the result of a future is there.
  case set = 4
  /// Lowers the flag of an event.
  case clear = 5
  /// Puts ``Event/item`` into a queue, or submits the task of that number to a pool.
  case put = 6
  /// Takes ``Event/item`` out of a queue; a worker of a pool begins that task.
  case get = 7
  /// Says that one item of a queue has been dealt with, or that a worker's task is over.
  case taskDone = 8
  /// Waits until every item of a queue has been dealt with. JSON `join` with an `object`.
  case queueJoin = 9
  /// Ends a queue: puts are refused, gets drain what is there.
  case close = 10
  /// Reads a variable. STD `r`.
  case read = 11
  /// Writes a variable. STD `w`.
  case write = 12
  /// Reads a variable atomically.
  case atomicRead = 13
  /// Writes a variable atomically.
  case atomicWrite = 14
  /// Reads and writes a variable in one atomic step.
  case atomicUpdate = 15
  /// Makes the thread ``Event/child``.
  case fork = 16
  /// Waits until the thread ``Event/child`` has ended.
  case join = 17
  /// The first event of a thread.
  case start = 18
  /// The last event of a thread.
  case exit = 19
  /// Opens a block meant to be atomic.
  case begin = 20
  /// Closes the innermost open block meant to be atomic.
  case end = 21
  /// An object comes to be.
  case create = 22
  /// An object ceases to be.
  case destroy = 23
  /// Nothing: an event that takes an index and says no more. STD `dummy`.
  case dummy = 24
  /// The C library refused a call: ``Event/refusal`` says which, ``Event/subject`` what it was about. Stands
  /// beside what the call has of its own in the trace, and changes nothing.
  case refused = 25
}

extension Operation {
  /// The word for it in the JSON form. ``join`` and ``queueJoin`` share one: `child` or `object`
  /// tells them apart.
  public var name: String {
    switch self {
    case .acquire: "acquire"
    case .release: "release"
    case .wait: "wait"
    case .notify: "notify"
    case .set: "set"
    case .clear: "clear"
    case .put: "put"
    case .get: "get"
    case .taskDone: "taskDone"
    case .queueJoin, .join: "join"
    case .close: "close"
    case .read: "read"
    case .write: "write"
    case .atomicRead: "atomicRead"
    case .atomicWrite: "atomicWrite"
    case .atomicUpdate: "atomicUpdate"
    case .fork: "fork"
    case .start: "start"
    case .exit: "exit"
    case .begin: "begin"
    case .end: "end"
    case .create: "create"
    case .destroy: "destroy"
    case .dummy: "dummy"
    case .refused: "refused"
    }
  }

  /// Whether it looks at or changes the value of a variable.
  @inlinable public var isAccess: Bool {
    rawValue >= Operation.read.rawValue && rawValue <= Operation.atomicUpdate.rawValue
  }

  /// Whether it names a thread rather than an object.
  @inlinable public var namesThread: Bool { self == .fork || self == .join }

  /// Whether it names an object.
  @inlinable @inline(__always) public var namesObject: Bool {
    rawValue <= Operation.atomicUpdate.rawValue || self == .create || self == .destroy
  }

  /// Whether a thread can be held up by it.
  @inlinable public var canBlock: Bool {
    switch self {
    case .acquire, .wait, .put, .get, .queueJoin, .join: true
    default: false
    }
  }
}
