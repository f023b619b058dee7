import Glibc
import Lockcheck

// Two consumers wait on a condition until a producer notifies all. As written it is only the sleeps
// that make them wait first; with `--mended` each looks whether the producer has been there.

@main struct ConditionNotify {
  static func main() {
    let isMended = CommandLine.arguments.contains("--mended")
    let condition = Condition(name: "condition")
    let isReady = Shared(false, name: "ready")

    @Sendable func consumer() {
      condition.withLock {
        print("consumer before wait")
        if isMended {
          condition.wait { isReady.load() }
        } else {
          condition.wait()
        }
        print("consumer after wait")
      }
    }
    @Sendable func producer() {
      condition.withLock {
        print("producer before notifyAll")
        isReady.store(true)
        condition.notifyAll()
        print("producer after notifyAll")
      }
    }

    let c1 = CheckedThread(name: "c1", consumer)
    let c2 = CheckedThread(name: "c2", consumer)
    let p = CheckedThread(name: "p", producer)
    c1.start()
    usleep(500_000)
    c2.start()
    usleep(500_000)
    p.start()
    for thread in [c1, c2, p] { thread.join() }
  }
}
