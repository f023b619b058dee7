import Lockcheck

enum BarrierPartyMissing: Kernel {
  static let about = About(
    "barrier-party-missing", "one of the parties fails before it comes",
    source: "the pattern of a barrier made for all workers", ways: [.hanging, .mended])

  static func run(_ way: Way) throws {
    let round = Barrier(parties: 3, name: "round")
    let threads = (0..<3).map { i in
      CheckedThread(name: "worker \(i)") {
        if i == 1 {
          if way == .mended { round.abort() }
          return
        }
        _ = try? round.wait()
      }
    }
    together(threads[0], threads[1], threads[2])
  }
}
