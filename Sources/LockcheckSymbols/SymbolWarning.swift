/// Why frames of one module are left without names.
public struct SymbolWarning: Sendable, Hashable {
  /// What stands in the way.
  public enum Problem: Error, Sendable, Hashable {
    /// The file is gone, or may not be read; with the system's word for it.
    case missing(String)
    /// The file was built anew after the trace was made. Build IDs in hexadecimal.
    case rebuilt(expected: String, found: String)
    /// The file, or the trace, has no build ID, so that nothing shows whether they belong together.
    case noBuildID
    /// The file is no program or library of a sort that can be read, or is damaged.
    case unreadable(String)
    /// The file does not say what these addresses are called: its symbols have been stripped.
    case noSymbols
    /// The file names its functions, and does not say where they are written.
    case noLines
  }

  /// The program or library, as the trace calls it.
  public var module: String
  /// What stands in the way.
  public var problem: Problem
  /// How many distinct frames have no names, or no lines, because of it.
  public var frames: Int

  init(_ module: String, _ problem: Problem, frames: Int) {
    self.module = module
    self.problem = problem
    self.frames = frames
  }
}

extension SymbolWarning: CustomStringConvertible {
  /// One line that says what is missing, why, and what would help.
  public var description: String {
    let places = frames == 1 ? "1 place" : "\(frames) places"
    if problem == .noLines { return "no files and lines for \(places) in \(module): \(problem)" }
    return "no names for \(places) in \(module): \(problem)"
  }
}

extension SymbolWarning.Problem: CustomStringConvertible {
  /// What stands in the way, as half a sentence.
  public var description: String {
    switch self {
    case .missing(let why):
      "the file cannot be opened (\(why))"
    case .rebuilt(let expected, let found):
      "the file is another build (build ID \(found)) than the one that ran (\(expected))"
    case .noBuildID:
      "the trace has no build ID that says whether it is the build that ran"
    case .unreadable(let why):
      "the file cannot be read (\(why))"
    case .noSymbols:
      "the file has no symbols for them; keep it unstripped, or install its debug symbols"
    case .noLines:
      "the file has no debug information; compile it with -g, or install its debug symbols"
    }
  }
}
