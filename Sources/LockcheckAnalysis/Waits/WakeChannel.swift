import LockcheckTrace

/// What waits wait for: one object, and of a queue one thing that can happen to it.
struct WakeChannel: Hashable, Sendable {
  /// What ends the wait.
  enum Role: UInt8, Sendable {
    /// The only thing that can be waited for.
    case only
    /// An item comes.
    case item
    /// There is room.
    case room
    /// All is done.
    case idle
  }

  var object: ObjectID
  var role: Role

  /// What an operation that may block waits for; nil for locks, joins and what does not block.
  init?(waiting event: Event, _ run: borrowing Run) {
    object = event.object
    switch event.operation {
    case .wait: role = .only
    case .acquire where run.tables.objects.kind(of: event.object) == .semaphore: role = .only
    case .get: role = .item
    case .put where run.tables.objects[event.object].capacity ?? 0 > 0: role = .room
    case .queueJoin: role = .idle
    default: return nil
    }
  }

  private init(_ object: ObjectID, _ role: Role) {
    self.object = object
    self.role = role
  }

  /// The channels whose waits an operation can end; arrivals at barriers apart.
  static func woken(by event: Event, _ run: borrowing Run) -> [WakeChannel] {
    let object = event.object
    switch event.operation {
    case .notify, .set: return [WakeChannel(object, .only)]
    case .release where run.tables.objects.kind(of: object) == .semaphore:
      return [WakeChannel(object, .only)]
    case .put: return [WakeChannel(object, .item)]
    case .get: return [WakeChannel(object, .room)]
    case .taskDone: return [WakeChannel(object, .idle)]
    case .close: return [WakeChannel(object, .item), WakeChannel(object, .room)]
    default: return []
    }
  }

  /// That of the arrivals at a barrier.
  static func arrivals(at barrier: ObjectID) -> WakeChannel { WakeChannel(barrier, .only) }
}

/// The wakes of one thread on one channel.
struct Waker: Sendable {
  /// A wake, and since when its thread has owed it.
  struct Wake: Sendable {
    var notice: Notice
    /// When the thread took the permit that it gives back; 0 where it took none.
    var owed: Moment

    var moment: Moment { Moment(notice.index + 1) }
  }

  /// How many are kept; of waits that come after them nothing is said.
  static let limit = 64

  var thread: ThreadID
  private(set) var wakes: [Wake] = []
  /// Whether there were more.
  private(set) var isTruncated = false

  init(_ thread: ThreadID) { self.thread = thread }

  mutating func note(_ wake: Wake) {
    if wakes.count == Self.limit { isTruncated = true } else { wakes.append(wake) }
  }

  /// The first wake that somebody who knows all up to `moment` does not know of.
  func first(after moment: Moment) -> Wake? { wakes.first { $0.moment > moment } }
}
