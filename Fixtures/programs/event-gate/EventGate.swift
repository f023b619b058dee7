import Glibc
import Lockcheck

// Ten threads wait for an event that the main thread sets if the answer is `true`. The answer is the
// first argument, `true` without one; with another the threads wait in vain. Then they are daemons,
// so that the process ends all the same.

@main struct EventGate {
  static func main() {
    let answer = CommandLine.arguments.dropFirst().first ?? "true"
    let event = Event(name: "gate")
    var threads: [CheckedThread] = []
    for _ in 0..<10 {
      let thread = CheckedThread(isDaemon: answer != "true") { run(event) }
      thread.start()
      threads.append(thread)
    }

    event.clear()
    if answer == "true" {
      event.set()
      for thread in threads { thread.join() }
    } else {
      usleep(300_000)
      print("\(threads.count(where: \.isAlive)) threads still wait")
    }
  }

  static func run(_ event: Event) {
    print("start")
    event.wait()
    print("execute")
  }
}
