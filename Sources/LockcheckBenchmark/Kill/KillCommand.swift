import ArgumentParser
import LockcheckCodecs
import LockcheckTrace

struct KillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill",
    abstract: "Kills a program while it is being recorded, and reads what is left.",
    discussion: """
      Each time at a random instant, with SIGKILL, which no program can prepare for. A trace is \
      readable when it can be read to its end without an error, and causally closed when nothing in it \
      lacks what must have come before: no lock is acquired while another thread holds it, every \
      release has its acquire, each thread's events stand in order.
      """)

  @Option(help: "How often.") var times = 200
  @Option(help: "What the instants are drawn from; random unless given.") var seed: UInt64?
  @Option(help: "The longest time that the program lives after its first event.")
  var milliseconds: UInt32 = 60

  func validate() throws {
    guard times > 0, (1...10_000).contains(milliseconds) else {
      throw ValidationError("Once at least, and 1 to 10000 milliseconds.")
    }
  }

  func run() throws {
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    print("seed \(seed)")
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var random = SeededGenerator(seed: seed)
    var readable = 0
    var counts: [Double] = []
    for number in 1...times {
      let path = folder.file("killed.lctrace")
      try Self.recordAndKill(path, limit: milliseconds, &random)
      do {
        counts.append(Double(try Self.read(path)))
        readable += 1
      } catch {
        print("\(number): \(error)")
      }
      folder.remove("killed.lctrace")
    }
    if !counts.isEmpty { print("events in a trace: \(Spread(counts).text(digits: 0))") }
    print("\(readable) of \(times) readable")
    if readable < times { throw ExitCode.failure }
  }

  private static func recordAndKill(
    _ path: String, limit: UInt32, _ random: inout SeededGenerator
  ) throws {
    let child = try Child.again(
      ["kill-work", "--seed", "\(random.next())"],
      environment: [
        "LOCKCHECK": "record", "LOCKCHECK_TRACE": path,
        "LOCKCHECK_BUFFER_SIZE": Bool.random(using: &random) ? "4096" : "65536",
      ])
    guard child.hasWritten() else { throw BenchmarkFailure("the program has not begun") }
    Machine.sleep(microseconds: UInt32.random(in: 0..<(limit * 1000), using: &random))
    guard child.endAtOnce() else { throw BenchmarkFailure("the program had ended by itself") }
  }

  /// Reads a trace to its end.
  ///
  /// - Returns: How many events it has.
  private static func read(_ path: String) throws -> Int {
    var decoder = try TraceReading.decoder(of: path)
    var order = CausalOrder()
    var events: [Event] = []
    var tables = TraceTables()
    while try decoder.read(into: &events, tables: &tables) {
      for event in events { order.observe(event) }
    }
    if let loss = decoder.losses.first { throw BenchmarkFailure("lost: \(loss.error)") }
    if let violation = order.violation {
      throw BenchmarkFailure("cannot have happened: \(violation)")
    }
    // The program had taken and given back a lock before it was killed.
    guard order.count >= 2 else { throw BenchmarkFailure("only \(order.count) events") }
    return order.count
  }
}
