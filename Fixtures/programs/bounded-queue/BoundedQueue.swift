import Lockcheck

// Twelve producers and ten consumers share a queue of ten places. Each producer puts as many items
// as the first argument says, 5 without one; `forever` is the tutorial's way, which never ends.

@main struct BoundedQueue {
  static func main() throws {
    let message = Queue<Int>(capacity: 10, name: "message")
    let wish = CommandLine.arguments.dropFirst().first ?? "5"
    let rounds = wish == "forever" ? Int.max : Int(wish) ?? 5

    let producers = (0..<12).map { i in
      CheckedThread(name: "producer \(i)") {
        for _ in 0..<rounds { try message.put(i) }
      }
    }
    let consumers = (0..<10).map { i in
      CheckedThread(name: "consumer \(i)") {
        while (try? message.get()) != nil { message.taskDone() }
      }
    }
    for thread in producers + consumers { thread.start() }
    for thread in producers { thread.join() }
    message.join()
    message.close()
    for thread in consumers { thread.join() }
    print("all \(12 * rounds) items have been consumed")
  }
}
