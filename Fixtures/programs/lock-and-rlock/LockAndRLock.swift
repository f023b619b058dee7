import Glibc
import Lockcheck

// A lock that is taken twice by one thread: with `Lock` that thread waits for itself for ever, with
// `RLock` (`--mended`) it goes on. The thread is a daemon, so that the process ends all the same.

@main struct LockAndRLock {
  static func main() {
    CommandLine.arguments.contains("--mended") ? recursive() : plain()
  }

  static func plain() {
    let lock = Lock(name: "lock")
    let twice = CheckedThread(name: "twice", isDaemon: true) {
      lock.lock()
      lock.lock()  // never returns
      lock.unlock()
      lock.unlock()
    }
    twice.start()
    while !lock.isLocked { usleep(1000) }
    usleep(300_000)
    print(twice.isAlive ? "Lock: the thread waits for itself" : "Lock: the thread has ended")
  }

  static func recursive() {
    let lock = RLock(name: "lock")
    let twice = CheckedThread(name: "twice") {
      lock.lock()
      lock.lock()
      lock.unlock()
      lock.unlock()
    }
    twice.start()
    twice.join()
    print("RLock: the thread has ended")
  }
}
