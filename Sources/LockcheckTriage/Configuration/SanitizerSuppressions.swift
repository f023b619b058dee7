public import LockcheckFindings

/// What a suppression file of ThreadSanitizer's says, as far as it can mean something here.
///
/// The grammar is that of [compiler-rt's `sanitizer_suppressions.cpp`][source]: a type, a colon and a
/// pattern a line; `#` begins a line that is a comment. `Docs/suppressions.md` tells what each type maps to.
///
/// [source]: https://github.com/llvm/llvm-project/blob/main/compiler-rt/lib/sanitizer_common/sanitizer_suppressions.cpp
public struct SanitizerSuppressions: Sendable, Equatable {
  /// The lines that mean something here.
  public private(set) var suppressions: [Suppression] = []
  /// The lines that do not, and why.
  public private(set) var remarks: [Remark] = []

  /// Reads a file.
  ///
  /// - Parameter file: What it is called in messages.
  /// - Throws: ``TriageFileError`` for a line whose type ThreadSanitizer does not know.
  public init(_ text: String, file: String) throws(TriageFileError) {
    for (index, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }
    ).enumerated() {
      let content = line.drop { $0 == " " || $0 == "\t" }
      guard let first = content.first, first != "#" else { continue }
      try read(
        content, at: .init(line: index + 1, column: line.count - content.count + 1), of: file)
    }
  }

  private mutating func read(
    _ line: Substring, at place: TriageFileError.Place, of file: String
  ) throws(TriageFileError) {
    var line = line
    while let last = line.last, last == " " || last == "\t" || last == "\r" { line.removeLast() }
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let types = SanitizerType.allCases.map(\.rawValue)
    guard parts.count == 2, let type = SanitizerType(rawValue: String(parts[0])) else {
      let word = String(parts[0])
      let guess = types.guess(at: word)
      throw TriageFileError(
        file: file, at: place,
        "expected TYPE:PATTERN with a type of ThreadSanitizer's; found '\(String(line).inOneLine)'"
          + guess + (guess.isEmpty ? ";" : "") + " types are \(types.joined(separator: ", "))")
    }
    let text = String(line)
    if let reason = type.whyItHasNoMeaning {
      remarks.append(Remark(file: file, line: place.line, "'\(text.inOneLine)' \(reason)"))
      return
    }
    let pattern = SanitizerPattern(String(parts[1]))
    suppressions.append(
      Suppression(
        [.rules(type.rules), .sanitizer(pattern, innermostOnly: type == .raceTop)],
        origin: .sanitizer(file: file, line: place.line), text: text))
  }
}

/// The types of `tsan_suppressions.cpp`.
enum SanitizerType: String, CaseIterable {
  case race
  case raceTop = "race_top"
  case mutex, thread, signal, deadlock
  case calledFromLib = "called_from_lib"

  /// The rules that report what ThreadSanitizer reports under this type.
  ///
  /// `deadlock` is a lock order inversion there, not threads that are stuck: those it never sees.
  var rules: Set<Rule> {
    switch self {
    case .race, .raceTop: [.dataRace, .unlockedSharedWrite, .inconsistentLock]
    case .mutex: [.selfDeadlock, .releaseNotHeld, .destroyedInUse, .usedAfterDestroy]
    case .deadlock: [.lockOrderCycle]
    case .thread, .signal, .calledFromLib: []
    }
  }

  /// Why a line of this type does nothing here; nil where it does something.
  var whyItHasNoMeaning: String? {
    switch self {
    case .race, .raceTop, .mutex, .deadlock: nil
    case .thread:
      "has no meaning here: it hides threads that are never joined, which lockcheck does not report"
    case .signal:
      "has no meaning here: it hides calls in signal handlers, which lockcheck does not report"
    case .calledFromLib:
      "has no meaning here: it keeps calls from a library from being recorded, and the trace is there already"
    }
  }
}
