import Lockcheck
import LockcheckFoundation

typealias NSLock = Lockcheck.Lock
typealias NSRecursiveLock = Lockcheck.RLock
typealias NSCondition = Lockcheck.Condition
typealias DispatchSemaphore = Lockcheck.Semaphore
