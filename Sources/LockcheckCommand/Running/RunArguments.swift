import ArgumentParser
import Glibc

/// A signal by its name or number: `USR1`, `SIGUSR1`, `10`.
struct SignalName: ExpressibleByArgument {
  let number: CInt

  /// Those that lockcheck can be sent without another meaning, and that the program may do without.
  private static let names: [(String, CInt)] = [
    ("USR1", SIGUSR1), ("USR2", SIGUSR2), ("HUP", SIGHUP), ("QUIT", SIGQUIT), ("WINCH", SIGWINCH),
    ("ALRM", SIGALRM), ("INT", SIGINT), ("TERM", SIGTERM),
  ]

  init?(argument: String) {
    let word = argument.uppercased()
    let name = word.hasPrefix("SIG") ? String(word.dropFirst(3)) : word
    guard let found = Self.names.first(where: { $0.0 == name || "\($0.1)" == name }) else {
      return nil
    }
    number = found.1
  }

  static var allValueStrings: [String] { names.map(\.0) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A number of bytes: `500000`, `64k`, `100M`, `2G`.
struct ByteCount: ExpressibleByArgument {
  let bytes: UInt64

  init?(argument: String) {
    let units: [Character: UInt64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
    let unit = argument.last.flatMap { units[Character($0.lowercased())] }
    guard let number = UInt64(unit == nil ? argument[...] : argument.dropLast()) else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    // Less has no room for the tables of an empty program.
    guard !isTooLarge, bytes >= 65_536 else { return nil }
    self.bytes = bytes
  }
}

/// What a trace of limited size keeps.
enum KeptEvents: String, CaseIterable, ExpressibleByArgument {
  case oldest
  case newest
}
