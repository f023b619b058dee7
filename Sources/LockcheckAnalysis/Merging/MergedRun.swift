public import LockcheckTrace

/// One of several runs of a program, with what its locks and threads are in the others.
///
/// The numbers of classes are the same in all runs, and stand for nothing but themselves.
public struct MergedRun: Sendable {
  /// What the run's threads asked for.
  public var requests: LockRequests
  /// What is taken for one and the same lock in all runs has one class. Locks that are left out are
  /// like no other.
  public var lockClasses: [ObjectID: ObjectID]
  /// A thread that is one and the same in all runs has one class. Threads that are left out could be
  /// anybody.
  public var threadClasses: [ThreadID: ThreadID]

  /// Makes a run to be merged.
  public init(
    requests: LockRequests, lockClasses: [ObjectID: ObjectID],
    threadClasses: [ThreadID: ThreadID]
  ) {
    self.requests = requests
    self.lockClasses = lockClasses
    self.threadClasses = threadClasses
  }
}

/// A step of a cycle through several runs, or through the classes of one.
public struct MergedStep: Sendable, Equatable {
  /// Which run, by place in the list.
  public var run: Int
  /// The thread, with the numbers of that run.
  public var thread: ThreadID
  /// The lock asked for, with the numbers of that run.
  public var lock: ObjectID
  /// How it is asked for.
  public var mode: LockMode
  /// Whether the thread was still waiting when the trace ended.
  public var isPending: Bool
  /// What is held around the request.
  public var held: HeldSetID
  /// The index of the event in the trace of that run.
  public var event: Int
  /// Where in the code.
  public var stack: StackID
  /// Of a cycle through the classes of one run: the lock, among those held, that stands for the one that
  /// the step before asks for.
  public var standIn = ObjectID.absent
}

extension MergedStep {
  /// The first request of a window.
  init(_ dependency: LockDependency, in window: OrderWindow, of run: Int) {
    self.init(
      run: run, thread: dependency.key.thread, lock: dependency.key.lock,
      mode: dependency.key.mode, isPending: dependency.isPending, held: dependency.key.held,
      event: Int(window.first) - 1, stack: dependency.key.stack)
  }
}

/// Cycles through several runs.
public struct MergedCycles: Sendable {
  /// The steps of each, shortest first.
  public var cycles: [[MergedStep]] = []
  /// Whether there may be more.
  public var isCutShort = false
}
