import Glibc
import LockcheckReport

/// What can be shown where the report goes.
enum Terminal {
  /// Colours only where a person looks on, and never against the wish of `NO_COLOR`; as wide as the
  /// terminal, up to what is still pleasant to read.
  static func style(isTerminal: Bool, of descriptor: Int32 = STDOUT_FILENO) -> TextStyle {
    guard isTerminal else {
      return TextStyle(partsCommands: variable("GITHUB_ACTIONS") != nil)
    }
    let isColored = (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
    return TextStyle(
      isColored: isColored, width: min(columns(of: descriptor) ?? TextStyle.plain.width, 100))
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// A variable of the environment.
  static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}

/// Says on a terminal how far long work has come, from its second second on.
final class Progress {
  private let isShown = StandardError.isTerminal
  private let name: String
  private var next = ContinuousClock.now + .seconds(1)
  private var hasWritten = false

  init(_ name: String) { self.name = name }

  func update(events: Int) {
    guard isShown, .now >= next else { return }
    next = .now + .milliseconds(200)
    hasWritten = true
    let millions = "\(events / 1_000_000).\(events / 100_000 % 10)"
    StandardError.write("\r\u{1B}[K\(name): \(millions) million events read")
  }

  /// Leaves the line as if nothing had been there.
  func clear() {
    if hasWritten { StandardError.write("\r\u{1B}[K") }
  }
}
