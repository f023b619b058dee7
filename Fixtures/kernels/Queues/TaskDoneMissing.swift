import Lockcheck

enum TaskDoneMissing: Kernel {
  static let about = About(
    "task-done-missing", "a worker passes over a task without taskDone, the queue is joined",
    source: "the pattern of a queue joined without taskDone", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let jobs = Queue<Int>(name: "jobs")
    for i in 0..<2 { try jobs.put(i) }
    CheckedThread(name: "worker", isDaemon: true) {
      while let job = try? jobs.get() {
        if job == 0, way != .mended { continue }
        jobs.taskDone()
      }
    }.start()
    jobs.join()
  }
}
