import Lockcheck

/// Uses one of everything, so that nothing is left out for want of use.
@main struct Probe {
  static func main() throws {
    let lock = Lock(name: "lock")
    let condition = Condition(lock: RLock(), name: "condition")
    let table = RWLock(name: "table")
    let semaphore = Semaphore(value: 1, name: "semaphore")
    let bounded = BoundedSemaphore(value: 1, name: "bounded")
    let event = Event(name: "event")
    let queue = Queue<Int>(capacity: 1, name: "queue")
    let count = Shared(0, name: "count")
    let total = SharedAtomic(0, name: "total")

    let thread = CheckedThread(name: "worker") {
      lock.withLock { count.modify { $0 += 1 } }
      table.withSharedLock { _ = total.wrappingAdd(1) }
      semaphore.withPermit { bounded.withPermit {} }
      try queue.put(1)
      event.set()
      condition.withLock { condition.notifyAll() }
    }
    thread.start()
    event.wait()
    _ = try queue.get()
    thread.join()
    print(count.load(), total.load())
  }
}
