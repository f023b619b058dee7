import Lockcheck

/// How a kernel is run.
enum Way: String, CaseIterable {
  /// In the schedule that hangs, for certain.
  case hanging
  /// The same program, in a schedule that ends well.
  case lucky
  /// Mended, in whatever schedule comes.
  case mended
  /// Mended in another way.
  case otherwise

  /// Whether nothing may hang.
  var isMended: Bool { self == .mended || self == .otherwise }

  /// All but another way to mend it.
  static let usual: [Way] = [.hanging, .lucky, .mended]
}

/// A program of a few lines that hangs.
protocol Kernel: SendableMetatype {
  static var about: About { get }

  /// Does it. Returns in all ways but ``Way/hanging``.
  static func run(_ way: Way) throws
}

/// What a kernel is about.
struct About {
  /// How it is called on the command line, and its folder in `Fixtures/hangs`.
  var name: String
  /// What goes wrong, in a few words.
  var pattern: String
  /// The bug that it was made after, or the pattern that it stands for.
  var source: String
  /// How it can be run.
  var ways: [Way]

  init(_ name: String, _ pattern: String, source: String, ways: [Way] = Way.usual) {
    self.name = name
    self.pattern = pattern
    self.source = source
    self.ways = ways
  }
}

/// Starts threads and joins them, both in order.
func together(_ threads: CheckedThread...) {
  for thread in threads { thread.start() }
  for thread in threads { thread.join() }
}

/// What a kernel throws where it is to fail.
struct Failure: Error {}
