import ArgumentParser
import Lockcheck

/// The program that `kill` ends: it records for as long as it lives, and does what makes the recorder
/// write every sort of thing all the time.
struct KillWork: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kill-work", shouldDisplay: false)

  @Option var seed: UInt64 = 0

  func run() {
    let locks = (0..<6).map { Lock(name: "lock \($0)") }
    let main = SeededGenerator(seed: seed)
    locks[0].withLock {}
    Machine.say("r")
    for number in 0..<3 {
      let random = SeededGenerator(seed: seed &+ UInt64(number) + 1)
      CheckedThread(name: "worker \(number)", isDaemon: true) {
        var random = random
        while true { Self.step(locks, &random) }
      }.start()
    }
    // Threads that come and go.
    var random = main
    while true {
      let visitor = CheckedThread(name: "visitor") { [random] in
        var random = random
        for _ in 0..<20 { Self.step(locks, &random) }
      }
      visitor.start()
      visitor.join()
      Self.step(locks, &random)
    }
  }

  /// Takes two locks in a fixed order, below a random path of calls, and makes and drops an object.
  private static func step(_ locks: [Lock], _ random: inout SeededGenerator) {
    let first = Int.random(in: 0..<(locks.count - 1), using: &random)
    let second = Int.random(in: (first + 1)..<locks.count, using: &random)
    var turns = random.next() & 0xFF
    path(&turns, length: 8) {
      locks[first].withLock {
        locks[second].withLock {
          let total = Shared(0, name: "total")
          total.modify { $0 += 1 }
        }
      }
    }
  }

  /// One of 256 ways to get to `body`, so that there are always call stacks not seen before.
  @inline(never)
  private static func path(_ turns: inout UInt64, length: Int, _ body: () -> Void) {
    let isLeft = turns & 1 == 0
    turns >>= 1
    if length == 0 {
      body()
    } else if isLeft {
      path(&turns, length: length - 1, body)
      turns &+= 1
    } else {
      path(&turns, length: length - 1, body)
      turns &+= 2
    }
  }
}
