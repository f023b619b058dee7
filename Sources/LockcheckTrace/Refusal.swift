/// That the C library refused a call, since the caller may not make it like this.
public struct Refusal: Sendable, Hashable, BitwiseCopyable {
  /// What was called.
  public var call: LibraryCall
  /// What it answered.
  public var error: LibraryError

  /// Makes the refusal of `call`.
  public init(_ call: LibraryCall, _ error: LibraryError) {
    self.call = call
    self.error = error
  }

  /// Reads what ``argument`` has made; nil where that is none.
  public init?(argument: UInt64) {
    guard argument >> 16 == 0,
      let call = LibraryCall(rawValue: UInt8(truncatingIfNeeded: argument)),
      let error = LibraryError(rawValue: UInt8(truncatingIfNeeded: argument >> 8))
    else { return nil }
    self.init(call, error)
  }

  /// As one number: what the binary form keeps.
  public var argument: UInt64 { UInt64(error.rawValue) << 8 | UInt64(call.rawValue) }
}

/// A function of the C library that can refuse what it is asked for.
///
/// The raw values are part of the binary form and never change their meaning.
public enum LibraryCall: UInt8, Sendable, Hashable, BitwiseCopyable, CaseIterable {
  /// `pthread_mutex_init`.
  case mutexInit = 0
  /// `pthread_mutex_lock`.
  case mutexLock = 1
  /// `pthread_mutex_trylock`.
  case mutexTrylock = 2
  /// `pthread_mutex_timedlock`.
  case mutexTimedlock = 3
  /// `pthread_mutex_clocklock`.
  case mutexClocklock = 4
  /// `pthread_mutex_unlock`.
  case mutexUnlock = 5
  /// `pthread_mutex_destroy`.
  case mutexDestroy = 6
  /// `pthread_rwlock_rdlock`.
  case rwlockRdlock = 7
  /// `pthread_rwlock_tryrdlock`.
  case rwlockTryrdlock = 8
  /// `pthread_rwlock_timedrdlock`.
  case rwlockTimedrdlock = 9
  /// `pthread_rwlock_clockrdlock`.
  case rwlockClockrdlock = 10
  /// `pthread_rwlock_wrlock`.
  case rwlockWrlock = 11
  /// `pthread_rwlock_trywrlock`.
  case rwlockTrywrlock = 12
  /// `pthread_rwlock_timedwrlock`.
  case rwlockTimedwrlock = 13
  /// `pthread_rwlock_clockwrlock`.
  case rwlockClockwrlock = 14
  /// `pthread_cond_wait`.
  case condWait = 15
  /// `pthread_cond_timedwait`.
  case condTimedwait = 16
  /// `pthread_cond_clockwait`.
  case condClockwait = 17
  /// `pthread_barrier_init`.
  case barrierInit = 18
  /// `sem_init`.
  case semInit = 19
  /// `sem_wait`.
  case semWait = 20
  /// `sem_trywait`.
  case semTrywait = 21
  /// `sem_timedwait`.
  case semTimedwait = 22
  /// `sem_clockwait`.
  case semClockwait = 23
  /// `sem_post`.
  case semPost = 24
  /// `pthread_join`.
  case threadJoin = 25
  /// `pthread_tryjoin_np`.
  case threadTryjoin = 26
  /// `pthread_timedjoin_np`.
  case threadTimedjoin = 27
  /// `pthread_clockjoin_np`.
  case threadClockjoin = 28
  /// `pthread_detach`.
  case threadDetach = 29

  /// What the C library calls it: `pthread_mutex_lock`.
  public var name: String {
    switch self {
    case .mutexInit: "pthread_mutex_init"
    case .mutexLock: "pthread_mutex_lock"
    case .mutexTrylock: "pthread_mutex_trylock"
    case .mutexTimedlock: "pthread_mutex_timedlock"
    case .mutexClocklock: "pthread_mutex_clocklock"
    case .mutexUnlock: "pthread_mutex_unlock"
    case .mutexDestroy: "pthread_mutex_destroy"
    case .rwlockRdlock: "pthread_rwlock_rdlock"
    case .rwlockTryrdlock: "pthread_rwlock_tryrdlock"
    case .rwlockTimedrdlock: "pthread_rwlock_timedrdlock"
    case .rwlockClockrdlock: "pthread_rwlock_clockrdlock"
    case .rwlockWrlock: "pthread_rwlock_wrlock"
    case .rwlockTrywrlock: "pthread_rwlock_trywrlock"
    case .rwlockTimedwrlock: "pthread_rwlock_timedwrlock"
    case .rwlockClockwrlock: "pthread_rwlock_clockwrlock"
    case .condWait: "pthread_cond_wait"
    case .condTimedwait: "pthread_cond_timedwait"
    case .condClockwait: "pthread_cond_clockwait"
    case .barrierInit: "pthread_barrier_init"
    case .semInit: "sem_init"
    case .semWait: "sem_wait"
    case .semTrywait: "sem_trywait"
    case .semTimedwait: "sem_timedwait"
    case .semClockwait: "sem_clockwait"
    case .semPost: "sem_post"
    case .threadJoin: "pthread_join"
    case .threadTryjoin: "pthread_tryjoin_np"
    case .threadTimedjoin: "pthread_timedjoin_np"
    case .threadClockjoin: "pthread_clockjoin_np"
    case .threadDetach: "pthread_detach"
    }
  }
}

/// What a function of the C library answers to what it refuses, by the name of the error.
///
/// The raw values are part of the binary form and never change their meaning; they are no system's numbers.
public enum LibraryError: UInt8, Sendable, Hashable, BitwiseCopyable, CaseIterable {
  /// An argument is not valid.
  case invalid = 0
  /// There is no such thread.
  case noSuchThread = 1
  /// The thread would wait for itself.
  case deadlock = 2
  /// It is taken as often as can be counted.
  case exhausted = 3
  /// There are as many permits as can be counted.
  case overflow = 4

  /// What the C library calls it: `EINVAL`.
  public var name: String {
    switch self {
    case .invalid: "EINVAL"
    case .noSuchThread: "ESRCH"
    case .deadlock: "EDEADLK"
    case .exhausted: "EAGAIN"
    case .overflow: "EOVERFLOW"
    }
  }
}

extension Event {
  /// What was refused; nil for any other operation than ``Operation/refused``.
  public var refusal: Refusal? {
    get { operation == .refused ? Refusal(argument: argument) : nil }
    set { argument = newValue?.argument ?? .max }
  }

  /// What a refused call was about, where that is known; what any other operation was done to.
  public var subject: ObjectID { operation == .refused ? lock : object }
}
