import Glibc
import Lockcheck

// Each philosopher takes the fork to the left, then the one to the right. They eat one after another
// here, so that nothing goes wrong; but nothing in the program makes them.
//
//   philosophers [COUNT] [--mended | --hang | --free]
//
// With `--mended` each takes the fork with the lower number first. With `--hang` all take their left
// forks at once and wait for their neighbours for ever; they are daemons, so that the process ends. With
// `--free` nobody waits for the one before: it goes well as long as they are lucky.

@main struct Philosophers {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let count = max(2, arguments.lazy.compactMap { Int($0) }.first ?? 5)
    let isMended = arguments.contains("--mended")
    let isFree = arguments.contains("--free")
    let isHanging = arguments.contains("--hang")

    let forks = (0..<count).map { Lock(name: "fork[\($0)]") }
    var philosophers: [CheckedThread] = []
    for seat in 0..<count {
      let left = forks[seat]
      let right = forks[(seat + 1) % count]
      let isLast = seat == count - 1
      let neighbour = philosophers.last
      philosophers.append(
        CheckedThread(name: "philosopher \(seat)", isDaemon: isHanging) {
          if isHanging {
            dine(left, right, pause: 300_000)
          } else {
            if let neighbour, !isFree { waitUnseen(for: neighbour) }
            isMended && isLast ? dine(right, left) : dine(left, right)
          }
        })
    }
    for philosopher in philosophers { philosopher.start() }
    if isHanging {
      usleep(1_000_000)
      print("\(philosophers.count(where: \.isAlive)) philosophers are hungry")
    } else {
      for philosopher in philosophers { philosopher.join() }
      print("\(count) philosophers have eaten")
    }
  }

  static func dine(_ first: Lock, _ second: Lock, pause: useconds_t = 0) {
    first.lock()
    usleep(pause)
    second.lock()
    second.unlock()
    first.unlock()
  }

  /// Waits for a thread's end in a way that no trace shows and no analysis may rely on.
  static func waitUnseen(for thread: CheckedThread) {
    while thread.isAlive { usleep(1000) }
  }
}
