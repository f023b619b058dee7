import LockcheckFindings
import LockcheckTrace

/// What has to be kept of an access to find races with it and to tell of them.
struct Access: Sendable, Hashable, BitwiseCopyable {
  var operation: Operation
  var thread: ThreadID
  var moment: Moment
  var stack: StackID
  var held: HeldSetID

  /// No access at all: an empty place.
  static let none = Access()

  private init() {
    operation = .dummy
    thread = .absent
    moment = 0
    stack = .absent
    held = .none
  }

  @inline(__always)
  init(_ event: Event, at index: Int, held: HeldSetID) {
    operation = event.operation
    thread = event.thread
    moment = Moment(index + 1)
    stack = event.stack
    self.held = held
  }

  /// The index of the event in the trace.
  var index: Int { Int(moment) - 1 }

  /// Whether it is one.
  @inline(__always) var isPresent: Bool { moment != 0 }

  @inline(__always) var isAtomic: Bool { operation != .read && operation != .write }

  @inline(__always) var isWrite: Bool { operation != .read && operation != .atomicRead }

  /// Whether the two can make a race, if nothing orders them.
  @inline(__always)
  func conflicts(with other: Access) -> Bool {
    thread != other.thread && (isWrite || other.isWrite) && !(isAtomic && other.isAtomic)
  }

  /// The access as a step of a finding.
  func step(on variable: ObjectID, in run: borrowing Run) -> Step {
    var event = Event(operation, by: thread, on: variable, at: stack)
    event.mode = .exclusive
    return Step(event, at: index, holding: run.held.locks(of: held))
  }
}
