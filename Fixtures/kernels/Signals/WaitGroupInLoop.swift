import Lockcheck

enum WaitGroupInLoop: Kernel {
  static let about = About(
    "wait-group-in-loop", "the wait for all threads stands inside the loop that starts them",
    source: "after moby#25384", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let done = Lockcheck.Semaphore(value: 0, name: "done")
    let plugins = 2
    for i in 0..<plugins {
      CheckedThread(name: "plugin \(i)") { done.release() }.start()
      if way != .mended { for _ in 0..<plugins { done.acquire() } }
    }
    if way == .mended { for _ in 0..<plugins { done.acquire() } }
  }
}
