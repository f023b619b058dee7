/// All kernels, in the order of `Docs/hangs.md`.
let kernels: [any Kernel.Type] = [
  // Locks, and semaphores as locks.
  ABBA.self, ThreeLocks.self, DoubleLock.self, MissedUnlock.self, LeakedLock.self,
  ForeignUnlock.self, Evictor.self,
  Callback.self, RenewTwice.self, ReadAgain.self, Upgrade.self, ReadersCrossed.self,
  HeldReader.self, SemaphoresCrossed.self, HalfAllocation.self, LeakedPermit.self,
  PermitAndLock.self,
  // Conditions.
  NestedMonitor.self, WaitUnderLog.self, MissedSignal.self, MissedSignalUntraced.self,
  UntoldFailure.self, AsyncAppender.self, WrongWaiter.self, OneOfTwo.self, WithoutLock.self,
  // Events, semaphores as counters, barriers.
  EventCleared.self, EventNeverSet.self, EventUnderLock.self, TwoEvents.self,
  WaitGroupInLoop.self, BarrierPartyMissing.self, BarrierUnderLock.self,
  // Queues.
  PutUnderLock.self, GetUnderLock.self, QueuesCrossed.self, ConsumerGone.self, NeverClosed.self,
  TaskDoneMissing.self, FeedsItself.self, ResultAbandoned.self, QueueJoinUnderLock.self,
  // Threads.
  JoinUnderLock.self, JoinEachOther.self, StopFromInside.self, StopUnderLock.self,
  TimerUnderLock.self,
  // Pools and futures.
  LockOverResult.self, PoolOfOne.self, PoolStarved.self, MapInMap.self, FuturesCrossed.self,
  PromiseForgotten.self, TaskWaitsForEvent.self, StopTooFew.self,
]
