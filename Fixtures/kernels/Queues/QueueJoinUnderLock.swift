import Lockcheck

enum QueueJoinUnderLock: Kernel {
  static let about = About(
    "queue-join-under-lock", "a queue is joined under a lock that its worker takes for each task",
    source: "the pattern of cockroach#1055")

  static func run(_ way: Way) throws {
    let stopper = Lock(name: "stopper")
    let tasks = Queue<Int>(name: "tasks")
    let (isHeld, isDone) = (Cue(), Cue())
    try tasks.put(1)
    together(
      CheckedThread(name: "worker") {
        _ = try tasks.get()
        if way == .hanging { isHeld.wait() }
        stopper.withLock {}
        tasks.taskDone()
        isDone.give()
      },
      CheckedThread(name: "quiescer") {
        if way == .lucky { isDone.wait() }
        stopper.withLock {
          isHeld.give()
          if way != .mended { tasks.join() }
        }
        if way == .mended { tasks.join() }
      })
  }
}
